package api

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/version"
)

// upgradedAgent reports as the agent of a machine whose kernel is newer once the file is there, as it is when its upgrade has run.
type upgradedAgent struct {
	api  *client.ClientWithResponses
	file string
}

func (a upgradedAgent) report(ctx context.Context) error {
	kernel, boot := "6.12.1", "first"
	if _, err := os.Stat(a.file); err == nil {
		kernel, boot = "6.12.48", "second"
	}

	_, err := a.api.ReportNodeWithResponse(ctx, client.NodeReport{
		Version: version.Get().Version, Runtime: "io.containerd.kata.v2", CPUMillis: 4000, MemoryBytes: 8 << 30, VMS: []client.VMReport{},
		Machine: &client.MachineReport{Kernel: kernel, BootID: &boot, Containerd: new("2.1.4"), OS: new("Debian 13"), AgentStartedAt: time.Now()},
	})

	return err
}

// heard is what somebody has said up to now, for others to read meanwhile.
type heard struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (h *heard) Write(said []byte) (int, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	return h.text.Write(said)
}

func (h *heard) String() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	return h.text.String()
}

func TestNodesUpgrade_OfTheCommandLine_DrainsAndUpgradesOneNodeAfterAnother(t *testing.T) {
	t.Parallel()

	b := setup(t)
	folder := t.TempDir()

	made, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-2", Region: "here"})
	require.NoError(t, err)

	agents := []upgradedAgent{
		{api: b.node, file: filepath.Join(folder, "node-1")}, {api: b.as(t, made.JSON201.Token), file: filepath.Join(folder, "node-2")},
	}
	vm := b.appVM(t, b.deployment(t, b.project(t).ID).ID, "10.72.1.10")

	ctx, cancel := context.WithCancel(t.Context())

	var running sync.WaitGroup

	// said is what the command says while it waits.
	said := &heard{}

	running.Go(func() { // Agents report, and what is drained moves once the command waits for that.
		for ctx.Err() == nil {
			for _, agent := range agents {
				if err := agent.report(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}

			if strings.Contains(said.String(), "VMs are left on it") {
				_, err := b.pool.Exec(ctx, "UPDATE vms SET removed_at = now() FROM nodes WHERE nodes.id = vms.node_id AND nodes.state = 'draining' AND removed_at IS NULL")
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}

			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	})

	defer running.Wait()
	defer cancel()

	require.Eventually(t, func() bool { return b.count(t, "SELECT count(*) FROM nodes WHERE boot_id IS NOT NULL") == len(agents) }, 10*time.Second, 10*time.Millisecond)

	var out bytes.Buffer

	root := &cobra.Command{Use: "zeitwork", SilenceErrors: true, SilenceUsage: true}
	root.AddGroup(cli.Groups()...)
	root.AddCommand(cli.Commands(cli.Terminal{In: strings.NewReader(""), Out: &out, Err: said, Environ: map[string]string{
		"ZEITWORK_API_URL": b.http.URL, "ZEITWORK_TOKEN": b.tokens.User,
	}})...)

	err = cli.Execute(t.Context(), root, []string{"nodes", "upgrade", "--to", "kernel=6.12.48", "--yes", "--", "touch", filepath.Join(folder, "{name}")})
	require.NoError(t, err, said.String())
	require.Contains(t, out.String(), "kernel 6.12.1 → 6.12.48")
	require.Equal(t, 1, strings.Count(said.String(), "is draining\n  waits: VMs are left on it (1)"), said.String())

	nodes, err := b.owner.ListNodesWithResponse(t.Context(), nil)
	require.NoError(t, err)

	for _, node := range nodes.JSON200.Items {
		require.Equal(t, client.NodeStateReady, node.State)
		require.Empty(t, node.Labels)
		require.Equal(t, "6.12.48", *node.Kernel)
	}

	requireRemoved(t, b, vm)
}

func requireRemoved(t *testing.T, b *testBundle, vm uuid.UUID) {
	t.Helper()

	var removed bool

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT removed_at IS NOT NULL FROM vms WHERE id = $1", vm).Scan(&removed))
	require.True(t, removed)
}
