// Package setting declares the environment variables that several services read, each of them once. Their configurations embed its types.
package setting

import (
	"net/netip"

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
	ClusterRange netip.Prefix `doc:"Addresses of all VMs; every node gets a /24 of it, and nothing else may use them." env:"ZEITWORK_CLUSTER_RANGE" envDefault:"10.77.0.0/16"` //nolint:lll // One variable a line.
}

// Git are what sources are fetched by.
type Git struct {
	GitProtocols []string `doc:"Protocols that repository URLs may use, with commas between: https; http and file only where every user is trusted." env:"ZEITWORK_GIT_PROTOCOLS" envDefault:"https"` //nolint:lll // One variable a line.
}

// Previews bounds the environments of projects beside their production.
type Previews struct {
	MaxPreviews int `doc:"How many previews a project can have at the same time." env:"ZEITWORK_MAX_PREVIEWS" envDefault:"20"`
}
