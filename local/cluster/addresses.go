package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// addresses are where the daemons answer.
type addresses struct {
	database, registry, buildkit string
}

// APIURL is where the API answers.
func (c *Cluster) APIURL() string { return fmt.Sprintf("http://127.0.0.1:%d", c.options.Ports.API) }

// EdgeURL is where the first edge proxy answers for all hostnames.
func (c *Cluster) EdgeURL() string { return c.EdgeURLs()[0] }

// EdgeURLs is where each edge proxy answers for all hostnames.
func (c *Cluster) EdgeURLs() []string {
	return lo.Map(c.options.Ports.edges(), func(port, _ int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) })
}

// EncryptedEdgeURLs is where each edge proxy ends TLS for all hostnames; empty unless the options ask for it.
func (c *Cluster) EncryptedEdgeURLs() []string {
	return lo.Map(c.options.Ports.encryptedEdges, func(port, _ int) string { return fmt.Sprintf("https://127.0.0.1:%d", port) })
}

// UserToken is the token of the operator, who also owns the first organisation.
func (c *Cluster) UserToken() string { return c.tokens.User }

// DatabaseURL is the URL of Postgres with its superuser's password.
func (c *Cluster) DatabaseURL() string { return c.addresses.database }

// Registry is the host and port of the registry.
func (c *Cluster) Registry() string { return c.addresses.registry }

// Buildkit is the unix:// URL of buildkitd.
func (c *Cluster) Buildkit() string { return c.addresses.buildkit }

// Containerd is the path of the socket of the first node's containerd.
func (c *Cluster) Containerd() string { return c.nodes[0].ContainerdSocket }

// Namespace is the containerd namespace of the first node's VMs. It differs from cluster to cluster, because what a cluster makes
// on the machine is named for it.
func (c *Cluster) Namespace() string {
	const enough = 4

	sum := sha256.Sum256([]byte(c.options.DataDir))

	return "zeitwork-" + hex.EncodeToString(sum[:enough])
}

// SecretKey is the platform's key, for tests that act as one of its services.
func (c *Cluster) SecretKey() secret.Key { return c.key }
