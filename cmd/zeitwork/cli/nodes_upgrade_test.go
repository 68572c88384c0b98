package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// fleet is a platform whose machines are upgraded, and whose nodes move their VMs and start anew, as a test has them.
type fleet struct {
	t *testing.T

	mutex sync.Mutex
	// version is that of the API.
	version string
	workers []client.Builder
	edges   []client.Edge
	nodes   []client.Node
	vms     map[string][]client.NodeVM
	// changes are the states that nodes were given, in order.
	changes []string
	// refusals is how often an edge cannot be told to serve again.
	refusals int
	// onLook is called before nodes are listed, for what happens by itself.
	onLook func(*fleet)
}

func (f *fleet) node(name string) *client.Node {
	for i := range f.nodes {
		if f.nodes[i].Name == name {
			return &f.nodes[i]
		}
	}

	return nil
}

// boot has a node start anew with a kernel.
func (f *fleet) boot(name, kernel string) {
	f.node(name).Kernel, f.node(name).BootID = &kernel, new(uuid.NewString())
}

func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	if f.onLook != nil {
		f.onLook(f)
	}

	w.Header().Set("Content-Type", "application/json")

	var answer any

	switch r.URL.Path {
	case "/v1/machine-settings":
		answer = client.MachineSettings{Version: f.version}
	case "/v1/builders":
		answer = client.PageBuilder{Items: f.workers}
	case "/v1/edges":
		answer = client.PageEdge{Items: f.edges}
	case "/v1/nodes":
		for i, node := range f.nodes {
			f.nodes[i].VMS = int64(len(f.vms[node.Name]))
		}

		answer = client.PageNode{Items: f.nodes}
	default:
		id := strings.Split(r.URL.Path, "/")[3]
		if answer = f.updateEdge(w, id, r); answer != nil {
			break
		}

		for i, node := range f.nodes {
			if node.ID.String() != id {
				continue
			}

			if r.Method == http.MethodGet {
				answer = client.PageNodeVM{Items: f.vms[node.Name]}

				break
			}

			var update client.NodeUpdate

			sent, err := io.ReadAll(r.Body)
			if err != nil || json.Unmarshal(sent, &update) != nil {
				w.WriteHeader(http.StatusBadRequest)

				return
			}

			f.nodes[i].State, f.nodes[i].Labels = client.NodeState(*update.State), *update.Labels
			f.changes = append(f.changes, fmt.Sprintf("%s %s %v", node.Name, *update.State, maps.Clone(*update.Labels)))
			answer = f.nodes[i]
		}
	}

	if err := json.NewEncoder(w).Encode(answer); err != nil {
		f.t.Error(err)
	}
}

// updateEdge does what an operator wants of an edge, which tells so at once where it knows how to drain.
func (f *fleet) updateEdge(w http.ResponseWriter, id string, r *http.Request) any {
	for i, edge := range f.edges {
		var update client.UpdateEdgeInputBody
		if edge.ID.String() != id || json.NewDecoder(r.Body).Decode(&update) != nil {
			continue
		}

		f.changes = append(f.changes, edge.Name+" "+string(update.State))

		if update.State == client.UpdateEdgeInputBodyStateReady && f.refusals > 0 {
			f.refusals--

			w.WriteHeader(http.StatusServiceUnavailable)

			return client.Problem{Detail: "The database is away."}
		}

		f.edges[i].State = client.EdgeState(update.State)
		if edge.Drains != nil {
			f.edges[i].Drains = new(update.State == client.UpdateEdgeInputBodyStateDraining)
		}

		return f.edges[i]
	}

	return nil
}

func newFleet(t *testing.T, nodes ...client.Node) (*fleet, *testBundle) {
	t.Helper()

	f := &fleet{t: t, version: "v2", nodes: nodes, vms: map[string][]client.NodeVM{}}

	for i := range f.nodes {
		f.nodes[i].ID, f.nodes[i].BootID, f.nodes[i].AgentStartedAt = uuid.New(), new(uuid.NewString()), new(time.Now())
		f.nodes[i].Labels = map[string]string{"rack": "r1"}
	}

	server := httptest.NewServer(f)
	t.Cleanup(server.Close)

	b := setup(t)
	b.environ["ZEITWORK_API_URL"], b.environ["ZEITWORK_TOKEN"] = server.URL, "zwu_x"

	return f, b
}

func TestNodesUpgrade_OneAtATime_DrainedUpgradedAndGivenVMsAgain(t *testing.T) {
	t.Parallel()

	f, b := newFleet(t, fleetNode("node-1", 0, "v2", "2", "6.1"), fleetNode("node-2", 0, "v2", "2", "6.1"), fleetNode("node-3", 0, "v2", "2", "6.2"))
	f.vms["node-1"] = []client.NodeVM{{Project: client.Owner{Slug: "shop"}, DesiredState: "running", DeploymentState: "live", MemoryBytes: 512 << 20}}
	booted := filepath.Join(t.TempDir(), "booted")
	looks := 0

	f.onLook = func(f *fleet) {
		if f.node("node-1").State == client.NodeStateDraining {
			// The VM waits for room first, then for the one that replaces it.
			if looks++; looks == 8 {
				f.vms["node-1"][0].ReplacementNode, f.vms["node-1"][0].ReplacementState = new("node-3"), new(client.NodeVMReplacementState("starting"))
			} else if looks == 16 {
				f.vms["node-1"] = nil
			}
		}

		content, _ := os.ReadFile(booted)
		for name := range strings.FieldsSeq(string(content)) {
			if *f.node(name).Kernel != "6.2" {
				if f.node(name).State != client.NodeStateDraining || len(f.vms[name]) > 0 {
					t.Errorf("%s is upgraded before it is empty", name)
				}

				f.boot(name, "6.2")
			}
		}
	}

	require.Equal(t, ExitOK, b.run(t, "nodes", "upgrade"), b.err.String())
	require.Contains(t, b.out.String(), "node-2  ready  0    kernel 6.1 → 6.2  drained, then ready")
	require.Empty(t, f.changes, "the plan alone")

	require.Equal(t, ExitOK, b.run(t, "nodes", "upgrade", "--yes", "--", "sh", "-c", "echo upgrades {name}; echo {name} >> "+booted), b.err.String())
	require.Equal(t, []string{
		"node-2 draining map[rack:r1 upgrade:ready]", "node-2 ready map[rack:r1]",
		"node-1 draining map[rack:r1 upgrade:ready]", "node-1 ready map[rack:r1]",
	}, f.changes, "the empty one first, and one at a time")

	for _, said := range []string{
		"upgrades node-1\n", "waits: VMs are left on it (1): 1 of shop finds no room on another node: it needs 512 MiB of memory",
		"waits: VMs are left on it (1): 1 of shop waits for the one that replaces it: starting on node-3",
	} {
		require.Contains(t, b.err.String(), said)
	}

	require.Equal(t, ExitOK, b.run(t, "nodes", "upgrade", "--yes"))
	require.Contains(t, b.out.String(), "Nothing is to be upgraded")
}

func TestNodesUpgrade_ItsCommandFails_ItStopsThere_AndGoesOnWhenRunAgain(t *testing.T) {
	t.Parallel()

	f, b := newFleet(t, fleetNode("node-1", 0, "v2", "2", "6.1"), fleetNode("node-2", 0, "v2", "2", "6.1"))
	f.nodes[0].State = client.NodeStateCordoned
	upgrade := []string{"nodes", "upgrade", "--to", "kernel=6.2", "--yes", "--timeout", "1s"}

	require.Equal(t, ExitFailure, b.run(t, append(upgrade, "--", "false")...))
	require.Contains(t, b.err.String(), "node-1: its command failed: exit status 1\nRun the same command again to go on; `zeitwork nodes ready node-1`")
	require.Equal(t, []string{"node-1 draining map[rack:r1 upgrade:cordoned]"}, f.changes, "the next node is left alone")

	// It went well after all, which is seen when it is run again: nothing is done twice. The other one never starts anew.
	f.boot("node-1", "6.2")
	require.Equal(t, ExitFailure, b.run(t, append(upgrade, "--", "echo", "runs for {name}")...))
	require.Equal(t, []string{"node-1 cordoned map[rack:r1]", "node-2 draining map[rack:r1 upgrade:ready]"}, f.changes[1:])
	require.NotContains(t, b.err.String(), "runs for node-1\n")
	require.Contains(t, b.err.String(), "runs for node-2\n")
	require.Contains(t, b.err.String(), "node-2: after 1s it still waits: its kernel is 6.1 and not 6.2")
}

func TestNodesUpgrade_TheAgentAlone_NothingIsDrained(t *testing.T) {
	t.Parallel()

	f, b := newFleet(t, fleetNode("node-1", 0, "v1", "2", "6.1"))
	f.vms["node-1"] = []client.NodeVM{{}}
	looks := 0
	f.onLook = func(f *fleet) {
		// People upgrade it by hand meanwhile.
		if looks++; looks > 6 {
			f.node("node-1").Version = "v2"
		}
	}

	require.Equal(t, ExitOK, b.run(t, "nodes", "upgrade", "node-1", "--only", "agent", "-y"), b.err.String())
	require.Empty(t, f.changes)
	require.Contains(t, b.err.String(), "On the machine of node-1: run `./zeitwork node join` of version v2.")
	require.Contains(t, b.err.String(), "waits: its agent is v1 and not v2")

	for _, wrong := range [][]string{
		{"--only", "disk"}, {"--to", "kernel"}, {"--only", "agent", "--to", "kernel=6"}, {"--only", "containerd", "--anew"}, {"node-9"},
	} {
		require.Equal(t, ExitUsage, b.run(t, append([]string{"nodes", "upgrade"}, wrong...)...), wrong)
	}
}

func TestNodesUpgrade_Anew_WaitsForAnotherBoot(t *testing.T) {
	t.Parallel()

	f, b := newFleet(t, fleetNode("node-1", 0, "v2", "2", "6.1"))
	looks := 0
	f.onLook = func(f *fleet) {
		switch looks++; looks {
		case 8:
			f.node("node-1").InTouch = false
		case 11:
			f.boot("node-1", "6.1")
		case 13:
			f.node("node-1").InTouch = true
		}
	}

	require.Equal(t, ExitOK, b.run(t, "nodes", "upgrade", "--anew", "--yes"), b.err.String())
	require.Contains(t, b.err.String(), "waits: its machine was not started anew")
	require.Contains(t, b.err.String(), "waits: it is out of touch\n")
	require.Greater(t, looks, 13)
}

func TestNodesShow_WhatItsMachineIs(t *testing.T) {
	t.Parallel()

	_, b := newFleet(t, fleetNode("node-1", 0, "v2", "2.1.4", "6.12.1"))
	require.Equal(t, ExitOK, b.run(t, "nodes", "show", "node-1"), b.err.String())

	for _, said := range []string{"containerd  2.1.4", "Kernel      6.12.1", "System      Debian 13", "Agent       v2, started"} {
		require.Contains(t, b.out.String(), said)
	}
}
