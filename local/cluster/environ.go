package cluster

import (
	"fmt"
	"os"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
)

// passedOn are the variables of this process that every service gets too.
var passedOn = []string{"ZEITWORK_LOG_LEVEL", "ZEITWORK_LOG_FORMAT"}

// commonEnviron are the variables of every service.
func (c *Cluster) commonEnviron() []string {
	environ := []string{"ZEITWORK_REGISTRY_HOST=" + c.addresses.registry, "ZEITWORK_REGISTRY_INSECURE=true"}

	if c.options.FaultDir != "" {
		environ = append(environ, faultpoint.FolderVariable+"="+c.options.FaultDir)
	}

	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok {
			environ = append(environ, name+"="+value)
		}
	}

	return environ
}

// controlEnviron are the variables of api and workers, which hold the platform's secrets.
func (c *Cluster) controlEnviron() []string {
	return append(append(c.commonEnviron(), c.githubEnviron()...),
		"ZEITWORK_DATABASE_URL="+c.addresses.database,
		"ZEITWORK_SECRET_KEY="+c.key.Encode(),
		fmt.Sprintf("ZEITWORK_API_LISTEN=127.0.0.1:%d", c.options.Ports.API),
		"ZEITWORK_PUBLIC_URL="+c.APIURL(),
		"ZEITWORK_BASE_DOMAIN="+c.options.BaseDomain,
		"ZEITWORK_EDGE_URL="+c.EdgeURL(),
		"ZEITWORK_DASHBOARD_URL="+c.APIURL(),
		"ZEITWORK_CLUSTER_RANGE="+c.options.ClusterRange.String(),
		"ZEITWORK_GIT_PROTOCOLS=https,ssh,http,file",
		"ZEITWORK_SOURCE_INTERNAL_RANGES=127.0.0.0/8,::1/128", // Most of its repositories are on the machine.
		"ZEITWORK_POLL_INTERVAL=2s",                           // A local platform has few repositories, and most are on the machine.
		"ZEITWORK_BUILDKIT_ADDRESS="+c.addresses.buildkit,
		"ZEITWORK_SOURCE_DIR="+c.dir("sources"),
	)
}

// edgeEnviron are the variables of an edge proxy.
func (c *Cluster) edgeEnviron(number int) []string {
	environ := append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_EDGE_TOKEN="+c.tokens.edges()[number-1],
		fmt.Sprintf("ZEITWORK_EDGE_LISTEN=127.0.0.1:%d", c.options.Ports.edges()[number-1]),
		"ZEITWORK_EDGE_REGION="+region,
		"ZEITWORK_EDGE_DATA_DIR="+c.dir(numbered("edge", number)),
		"ZEITWORK_EDGE_DRAIN_DELAY=0s", // No load balancer stands before it.
		"ZEITWORK_EDGE_DRAIN_TIMEOUT=5s",
	)

	if c.options.EncryptedEdges {
		environ = append(environ, fmt.Sprintf("ZEITWORK_EDGE_TLS_LISTEN=127.0.0.1:%d", c.options.Ports.encryptedEdges[number-1]))
	}

	return environ
}

// nodeEnviron are the variables of a node's agent.
func (c *Cluster) nodeEnviron(n *node) []string {
	environ := append(c.commonEnviron(),
		"ZEITWORK_API_URL="+c.APIURL(),
		"ZEITWORK_NODE_TOKEN="+n.token,
		"ZEITWORK_NODE_RUNTIME=io.containerd.runc.v2",
		"ZEITWORK_NODE_ALLOW_RUNC=true",
		"ZEITWORK_NODE_DATA_DIR="+n.DataDir,
		"ZEITWORK_CONTAINERD_SOCKET="+n.ContainerdSocket,
		"ZEITWORK_CONTAINERD_NAMESPACE="+n.ContainerdNamespace,
		fmt.Sprintf("ZEITWORK_NODE_REGISTRY_REALM=http://localhost:%d", c.options.Ports.API), // As the registry's configuration names it.
	)

	if n.NetworkNamespace != "" {
		environ = append(environ, "ZEITWORK_NODE_INGRESS_INTERFACES="+uplink)
	}

	if c.options.NodeEnviron != nil {
		environ = append(environ, c.options.NodeEnviron(n.Node)...)
	}

	return environ
}
