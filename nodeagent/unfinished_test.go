package nodeagent_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/sandbox"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// cutOff kills containerd while the runtime makes the VM's task, and starts it again. The shim lives on, and containerd counts it as a task, as it does with
// one of Kata Containers, whose shim answers for its guest before the task is made. With runc it takes a record that the shim is that of a sandbox.
func (b *testBundle) cutOff(t *testing.T, d *daemon, vm client.AssignedVM, meanwhile func(stall string)) {
	t.Helper()

	log := filepath.Join(b.config.DataDir, "vms", vm.ID.String(), "log")
	require.NoError(t, os.MkdirAll(log, 0o700))
	require.NoError(t, os.WriteFile(stallFile(log), nil, 0o600))

	_, err := b.client.SandboxStore().Create(t.Context(), sandbox.Sandbox{
		ID: vm.ID.String(), Runtime: sandbox.RuntimeOpts{Name: b.config.Runtime},
	})
	require.NoError(t, err)

	b.api.assign(vm)
	b.startAgent(t)
	require.Eventually(t, func() bool {
		return lo.SomeBy(b.traces(t), func(trace string) bool { return strings.HasPrefix(trace, "process ") && strings.Contains(trace, log) })
	}, 20*time.Second, 5*time.Millisecond, "the start does not wait for the log process")

	d.kill(t)
	meanwhile(stallFile(log))
	d.start(t)
}

func TestAgent_StartCutOffWithContainerd_BlocksNoLaterOne(t *testing.T) {
	t.Parallel()

	d := newDaemon(t, testBinaries(t))
	b := setupOn(t, d.socket)
	vm := b.vm(pushApp(t, b.registry, nil), "")

	// The runtime goes on and fails, since nobody waits for it any more.
	b.cutOff(t, d, vm, func(stall string) { require.NoError(t, os.Remove(stall)) })
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Zero(t, b.api.state(vm.ID).Restarts)

	b.api.assign()
	b.requireNothingLeft(t)
}

func TestAgent_StartCutOffWithContainerd_IsRemovedWithItsVM(t *testing.T) {
	t.Parallel()

	d := newDaemon(t, testBinaries(t))
	b := setupOn(t, d.socket)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	stopped := vm
	stopped.DesiredState = client.AssignedVMDesiredStateStopped

	// The runtime has not ended the start when the VM is removed.
	b.cutOff(t, d, vm, func(string) { b.api.assign(stopped) })
	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
	b.requireNothingLeft(t)
}
