package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"testing"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/edgeproxy"
	edge "github.com/zeitwork/zeitwork/edgeproxy/service"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/systemservice"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

// commonSettings are those of every machine's service.
func (b *platformBundle) commonSettings() map[string]string {
	return map[string]string{"ZEITWORK_API_URL": "https://" + b.config.Proxy.Host, "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}
}

// joinNode makes the node, binds its token to a key of its machine as `zeitwork node join` does, and starts the package's service.
func (b *platformBundle) joinNode(t *testing.T, name string) {
	t.Helper()

	made, err := b.api.API.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: name, Region: "eu", OneTime: new(true)})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	m := newPackagedMachine(t, b.docker.network, name, service.Service())
	b.node = m

	private, encoded, err := httpsignature.NewKey()
	require.NoError(t, err)
	m.write(t, "/etc/zeitwork/nodeagent.key", encoded)

	joined, err := b.api.API.JoinNodeWithResponse(t.Context(), client.JoinNodeInputBody{Token: made.JSON201.Token, PublicKey: httpsignature.PublicKey(private)})
	require.NoError(t, err)
	require.NotNil(t, joined.JSON200, "%s", joined.Body)

	namespace := "zeitwork-" + id.New().String()[24:]
	settings := b.commonSettings()
	maps.Copy(settings, map[string]string{
		"SSL_CERT_FILE":       b.authority,
		"ZEITWORK_NODE_TOKEN": *joined.JSON200.Token, "ZEITWORK_NODE_KEY_FILE": m.path("/etc/zeitwork/nodeagent.key"),
		"ZEITWORK_REGISTRY_HOST": joined.JSON200.RegistryHost, "ZEITWORK_REGISTRY_INSECURE": "true",
		// What production has here is Kata Containers.
		"ZEITWORK_NODE_RUNTIME": "io.containerd.runc.v2", "ZEITWORK_NODE_ALLOW_RUNC": "true", "ZEITWORK_NODE_VM_DISK_BYTES": "67108864",
		"ZEITWORK_CONTAINERD_SOCKET": b.containerd, "ZEITWORK_CONTAINERD_NAMESPACE": namespace,
		"ZEITWORK_NODE_DATA_DIR": m.path("/var/lib/zeitwork/node"), "ZEITWORK_NODE_INGRESS_INTERFACES": "eth0",
	})
	m.configure(t, settings)
	b.removeVMsAfter(t, namespace)
	m.start(t)

	b.prefix = netip.MustParsePrefix(made.JSON201.Node.Prefix)
}

// removeVMsAfter has the node's VMs removed once the test and the agent have ended, and what containerd has of them.
func (b *platformBundle) removeVMsAfter(t *testing.T, namespace string) {
	t.Helper()

	ctx, m := context.WithoutCancel(t.Context()), b.node

	t.Cleanup(func() {
		settings, err := systemservice.Service{SettingsFile: m.path(m.service.SettingsFile)}.ReadSettings()
		require.NoError(t, err)

		removal := exec.CommandContext(ctx, m.path(packagedProgram), "nodeagent", "remove-vms", clusterRange.String())
		removal.Env = environ(settings)

		var said bytes.Buffer

		removal.Stderr = &said
		require.NoError(t, netnamespace.Do(m.namespace, removal.Start))
		require.NoError(t, removal.Wait(), "%s", &said)

		connection, err := containerd.New(b.containerd, containerd.WithDefaultNamespace(namespace))
		require.NoError(t, err)

		defer func() { _ = connection.Close() }()

		removeNamespace(ctx, t, connection, namespace)
	})
}

// joinEdges makes edges, binds each token to a key of its machine as `zeitwork edge join` does, and starts the package's services. They reach the node's VMs by
// a route, as a tailnet gives it.
func (b *platformBundle) joinEdges(t *testing.T, names ...string) {
	t.Helper()

	for _, name := range names {
		made, err := b.api.API.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: name, Region: "eu", OneTime: new(true)})
		require.NoError(t, err)
		require.NotNil(t, made.JSON201, "%s", made.Body)

		m := newPackagedMachine(t, b.docker.network, name, edge.Service())
		m.route(t, b.docker.network, clusterRange, b.prefix, b.node.address)
		b.edges[name] = m

		authority, err := os.ReadFile(b.authority)
		require.NoError(t, err)
		m.write(t, "/etc/ssl/certs/ca-certificates.crt", authority)
		require.NoError(t, os.Chmod(m.path("/etc/ssl/certs/ca-certificates.crt"), 0o644))

		joined, err := b.api.API.JoinEdgeWithResponse(t.Context(), client.JoinEdgeInputBody{Token: made.JSON201.Token, PublicKey: httpsignature.PublicKey(m.edgeKey(t))})
		require.NoError(t, err)
		require.NotNil(t, joined.JSON200, "%s", joined.Body)

		settings := b.commonSettings()
		maps.Copy(settings, map[string]string{
			"ZEITWORK_EDGE_TOKEN": *joined.JSON200.Token, "ZEITWORK_EDGE_REGION": joined.JSON200.Region, "ZEITWORK_EDGE_LISTEN": ":80", "ZEITWORK_EDGE_TLS_LISTEN": ":443",
			// The balancer has left an edge before it stops.
			"ZEITWORK_EDGE_DRAIN_DELAY": "0s",
		})
		m.configure(t, settings)
		m.start(t)
	}
}

// edgeKey makes the key of an edge's machine.
func (m *packagedMachine) edgeKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()

	const state = "/var/lib/zeitwork/edge"

	require.NoError(t, m.giveState(state, "0700"))

	key, err := edgeproxy.FindKey(m.path(state))
	require.NoError(t, err)
	require.NoError(t, key.Keep())

	return key.Private
}
