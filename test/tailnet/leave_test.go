package tailnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/internal/relay"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	nodeTag, edgeTag = "tag:zeitwork-node", "tag:zeitwork-edge"
	edgeListen       = "127.0.0.1:8080"
	// deployTime is for a build and a move on a busy machine.
	deployTime = 3 * time.Minute
)

// platform is a platform of two nodes, with an edge that reaches them by the tailnet alone.
type platform struct {
	*rig.Platform

	tailnet *tailnet
	policy  policy
	nodes   map[string]*member
	edge    *member
	host    string
}

func TestTailnet_NodeThatLeaves_IsLostWhileItReachesTheAPI_AndItsVMsMove(t *testing.T) {
	p := setupPlatform(t)

	for name := range p.nodes {
		p.awaitUnreachable(t, name, "tailscaled does not answer")
	}

	for name, m := range p.nodes {
		*m = *p.tailnet.add(t, name, m.namespace)
		p.awaitUnreachable(t, name, "logged out of the tailnet")
		m.signIn(t, nodeTag)
		p.awaitReachable(t, name)
	}

	p.startEdge(t)
	p.deploy(t)

	left := p.nodeWithVM(t)
	other := lo.Without(lo.Keys(p.nodes), left)[0]

	p.edge.awaitRoute(t, p.prefixOf(t, left).Addr().Next())
	p.awaitAnswer(t)

	p.nodes[left].tailscale(t, "down")
	p.awaitUnreachable(t, left, "tailscale is stopped")
	await(t, deployTime, func() string {
		on, off := p.node(t, other).VMS, p.node(t, left).VMS

		return lo.Ternary(on == 1 && off == 0, "", fmt.Sprintf("%d VMs are on the other node, and %d on the one that has left", on, off))
	})
	p.awaitAnswer(t)
	require.True(t, p.node(t, left).InTouch)

	// The node that was left has no VM now. Whatever else keeps edges from it is told, too.
	p.nodes[left].signIn(t, nodeTag)
	p.awaitReachable(t, left)

	p.tailnet.redecide(t, unapproved(p.policy))
	p.awaitUnreachable(t, left, "has not approved the route")
	p.tailnet.redecide(t, p.policy.decide)
	p.awaitReachable(t, left)

	p.tailnet.redecide(t, expired(p.policy))
	p.awaitUnreachable(t, left, "its key has expired")

	require.NoError(t, p.nodes[left].daemon.Process.Kill())
	p.awaitUnreachable(t, left, "tailscaled does not answer")
}

// unapproved approves no routes.
func unapproved(p policy) decider {
	p.AutoApprovers.Routes = nil

	return p.decide
}

// expired has the keys of nodes expire.
func expired(p policy) decider {
	return func(machines []machine) map[string]decision {
		decisions := p.decide(machines)

		for _, m := range machines {
			if slices.Contains(m.Tags, nodeTag) {
				one := decisions[m.ID]
				one.Expired = true
				decisions[m.ID] = one
			}
		}

		return decisions
	}
}

func setupPlatform(t *testing.T) *platform {
	t.Helper()

	bin := rig.NeedPlatform(t)

	// The policy's range may be that of a platform which runs on this machine.
	content, err := os.ReadFile(policyFile)
	require.NoError(t, err)

	p := &platform{nodes: map[string]*member{}}
	p.policy, err = parsePolicy(bytes.ReplaceAll(content, []byte("10.77."), []byte("10.97.")))
	require.NoError(t, err)

	clusterRange := netip.MustParsePrefix("10.97.0.0/16")
	p.tailnet = newTailnet(t, clusterRange, p.policy.decide)

	scratch, err := rig.NewScratch()
	require.NoError(t, err)

	p.Platform, err = rig.Start(t.Context(), scratch, cluster.Options{
		Bin: bin, ClusterRange: clusterRange, BuildRange: netip.MustParsePrefix("10.99.0.0/16"), Bridge: "zwtail0", Disposable: true, Nodes: 2,
		Environ: []string{"ZEITWORK_NODE_LOST_AFTER=5s", "ZEITWORK_DRAIN_TIME=1s"},
		NodeEnviron: func(n cluster.Node) []string {
			return []string{"ZEITWORK_NODE_TAILSCALED=" + string(p.tailnet.socketOf(n.Name)), "ZEITWORK_NODE_INGRESS_INTERFACES=" + tailnetInterface}
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, p.Stop(context.WithoutCancel(t.Context())))

		if !t.Failed() {
			require.NoError(t, os.RemoveAll(scratch))
		}
	})

	for _, n := range p.Nodes() {
		p.nodes[n.Name] = &member{namespace: n.NetworkNamespace}
	}

	return p
}

// startEdge starts an edge in a namespace that has the tailnet, and the API's port.
func (p *platform) startEdge(t *testing.T) {
	t.Helper()

	created, err := p.API.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "tailnet", Region: "local"})
	require.NoError(t, err)
	require.NotNil(t, created.JSON201, "%s", created.Body)

	p.edge = p.tailnet.add(t, "edge", newNamespace(t))
	p.edge.signIn(t, edgeTag)

	environ := append(os.Environ(), "ZEITWORK_API_URL="+p.APIURL(), "ZEITWORK_EDGE_TOKEN="+created.JSON201.Token, "ZEITWORK_EDGE_REGION=local",
		"ZEITWORK_EDGE_LISTEN="+edgeListen, "ZEITWORK_EDGE_DATA_DIR="+t.TempDir(), "ZEITWORK_EDGE_DRAIN_DELAY=0s",
		"ZEITWORK_EDGE_TAILSCALED="+string(p.edge.socket))

	require.Contains(t, p.doctor(t, environ), "does not accept the routes of nodes")
	p.edge.tailscale(t, "set", "--accept-routes")
	require.Contains(t, p.doctor(t, environ), "accepts the routes of nodes")

	forwarded := relay.IntoNamespace(p.edge.namespace, strings.TrimPrefix(p.APIURL(), "http://"))
	require.NoError(t, forwarded.Open(t.Context()))
	t.Cleanup(func() { _ = forwarded.Close() })

	proxy := exec.CommandContext(context.Background(), p.Program, "edgeproxy")
	proxy.Env = environ
	startIn(t, p.edge.namespace, filepath.Join(p.tailnet.folder, "edgeproxy.log"), proxy)
}

// doctor returns what `zeitwork doctor` says of the tailnet.
func (p *platform) doctor(t *testing.T, environ []string) string {
	t.Helper()

	command := exec.CommandContext(t.Context(), p.Program, "doctor", "--json")
	command.Env = environ

	var exit *exec.ExitError

	output, err := command.Output()
	if err != nil {
		require.ErrorAs(t, err, &exit) // The local platform may lack something.
	}

	var said struct {
		Items []struct {
			Part   string `json:"part"`
			Detail string `json:"detail"`
		} `json:"items"`
	}

	require.NoError(t, json.Unmarshal(output, &said), "%s", output)

	for _, item := range said.Items {
		if item.Part == "edge: tailnet" {
			return item.Detail
		}
	}

	return ""
}

func (p *platform) deploy(t *testing.T) {
	t.Helper()

	folder := filepath.Join(p.tailnet.folder, "app")
	_, err := rig.NewNodeSample(t.Context(), folder)
	require.NoError(t, err)

	project, err := p.NewProject(t.Context(), client.CreateProjectInputBody{
		Name: "app", RepositoryURL: "file://" + folder, Instances: new(int64(1)), MemoryBytes: new(int64(128 << 20)),
	}, nil)
	require.NoError(t, err)

	deployed, err := p.Deploy(t.Context(), project.ID)
	require.NoError(t, err)
	require.Equal(t, client.DeploymentStateLive, deployed.State, "%+v", deployed.Error)

	_, p.host, _ = strings.Cut(project.URL, "://")
}

// awaitAnswer returns once the app answers through the edge in the tailnet.
func (p *platform) awaitAnswer(t *testing.T) {
	t.Helper()

	visitor := &http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (connection net.Conn, err error) {
			err = netnamespace.Do(p.edge.namespace, func() (err error) {
				connection, err = new(net.Dialer).DialContext(ctx, "tcp4", edgeListen)

				return err
			})

			return connection, err
		},
	}}

	await(t, deployTime, func() string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.host, nil)
		require.NoError(t, err)

		response, err := visitor.Do(request)
		if err != nil {
			return err.Error()
		}

		defer func() { _ = response.Body.Close() }()

		body, _ := io.ReadAll(response.Body)

		return lo.Ternary(response.StatusCode == http.StatusOK, "", response.Status+" "+string(body))
	})
}

func (p *platform) node(t *testing.T, name string) client.Node {
	t.Helper()

	answer, err := p.API.ListNodesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	found, ok := lo.Find(answer.JSON200.Items, func(n client.Node) bool { return n.Name == name })
	require.True(t, ok)

	return found
}

func (p *platform) prefixOf(t *testing.T, name string) netip.Prefix {
	t.Helper()

	return netip.MustParsePrefix(p.node(t, name).Prefix)
}

func (p *platform) nodeWithVM(t *testing.T) string {
	t.Helper()

	found, ok := lo.Find(lo.Keys(p.nodes), func(name string) bool { return p.node(t, name).VMS == 1 })
	require.True(t, ok)

	return found
}

func (p *platform) awaitUnreachable(t *testing.T, name, reason string) {
	t.Helper()

	await(t, patience, func() string {
		said := lo.FromPtr(p.node(t, name).Unreachable)

		return lo.Ternary(strings.Contains(said, reason), "", fmt.Sprintf("%s says %q, and not that %s", name, said, reason))
	})
}

func (p *platform) awaitReachable(t *testing.T, name string) {
	t.Helper()

	await(t, patience, func() string { return lo.FromPtr(p.node(t, name).Unreachable) })
}
