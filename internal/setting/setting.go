// Package setting declares the environment variables that several services read, each of them once. Their configurations embed its types.
package setting

import (
	"net/netip"
	"net/url"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// API is where node agents and edges reach the platform.
type API struct {
	APIURL string `doc:"Where the platform's API answers, such as https://api.example.com." env:"ZEITWORK_API_URL,required"`
}

// Key is the platform's key.
//
//nolint:lll // One variable a line.
type Key struct {
	SecretKey         secret.Key `doc:"Key that seals values at rest: 32 bytes in base64. api and workers share it."                    env:"ZEITWORK_SECRET_KEY,required"`
	PreviousSecretKey secret.Key `doc:"The key before, while it is being changed: docs/OPERATIONS.md says how. Empty: there is none." env:"ZEITWORK_SECRET_KEY_PREVIOUS"`
}

// Keys are both of them.
func (k Key) Keys() secret.Keys {
	return secret.Keys{Current: k.SecretKey, Previous: k.PreviousSecretKey}
}

// RegistryAddress is where the registry is.
type RegistryAddress struct {
	RegistryHost string `doc:"Host and port of the image registry, as workers, buildkitd and nodes reach it." env:"ZEITWORK_REGISTRY_HOST,required"`
}

// RegistryProtocol is how the registry is spoken to.
type RegistryProtocol struct {
	RegistryInsecure bool `doc:"Speak HTTP instead of HTTPS to the registry." env:"ZEITWORK_REGISTRY_INSECURE" envDefault:"false"`
}

// Cluster is where VMs are.
type Cluster struct {
	ClusterRange netip.Prefix `doc:"Addresses of all VMs, IPv4; every node gets a part of it, and nothing else may use them." env:"ZEITWORK_CLUSTER_RANGE" envDefault:"10.77.0.0/16"` //nolint:lll // One variable a line.
}

// Git are what sources are fetched by.
type Git struct {
	GitProtocols []string `doc:"Protocols that repository URLs may use, with commas between: https and ssh; http and file only where every user is trusted." env:"ZEITWORK_GIT_PROTOCOLS" envDefault:"https,ssh"` //nolint:lll // One variable a line.
}

// Previews bounds the environments of projects beside their production.
type Previews struct {
	MaxPreviews int `doc:"How many previews a project can have at once; as many again of forks not approved yet." env:"ZEITWORK_MAX_PREVIEWS" envDefault:"20"`
}

// Domains is how custom domains are proven and reach the edges.
//
//nolint:lll // One variable a line.
type Domains struct {
	DNSServer     string       `doc:"Address of the name server that is asked for the records of custom domains, such as 192.0.2.53 or 192.0.2.53:5353. Empty: those of the machine." env:"ZEITWORK_DNS_SERVER"`
	EdgeDomain    string       `doc:"Domain below which every name leads to the edges: the CNAME records of custom domains lead to names there. Empty: the base domain." env:"ZEITWORK_EDGE_DOMAIN"`
	EdgeAddresses []netip.Addr `doc:"Addresses of the edges, with commas between, for the A and AAAA records of domains that cannot have a CNAME. Empty: an ALIAS record is shown." env:"ZEITWORK_EDGE_ADDRESSES"`
}

// Public is where people reach the platform.
type Public struct {
	PublicURL url.URL `doc:"Where browsers reach the API and its pages, such as https://api.example.com. Empty: where the API listens, by plain HTTP." env:"ZEITWORK_PUBLIC_URL"` //nolint:lll // One variable a line.
}

// Edge is where visitors reach apps.
type Edge struct {
	EdgeURL url.URL `doc:"Where the edge answers; its scheme and port become part of the projects' URLs. https: is the usual port of HTTPS." env:"ZEITWORK_EDGE_URL" envDefault:"https:"` //nolint:lll // One variable a line.
}

// OriginOf returns the URL by which visitors reach a hostname.
func (e Edge) OriginOf(hostname string) string {
	u := url.URL{Scheme: e.EdgeURL.Scheme, Host: hostname}
	if port := e.EdgeURL.Port(); port != "" {
		u.Host += ":" + port
	}

	return u.String()
}
