package nodeagent_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// shim returns the process id of the VM's shim.
func (b *testBundle) shim(t *testing.T, vm uuid.UUID) int {
	t.Helper()

	status, err := os.ReadFile(filepath.Join("/proc", strconv.FormatUint(uint64(b.task(t, vm).Pid()), 10), "status"))
	require.NoError(t, err)

	for line := range strings.Lines(string(status)) {
		if parent, ok := strings.CutPrefix(line, "PPid:"); ok {
			pid, err := strconv.Atoi(strings.TrimSpace(parent))
			require.NoError(t, err)

			command, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
			require.NoError(t, err)
			require.Contains(t, string(command), "shim", "the parent of the VM's init")

			return pid
		}
	}

	require.Fail(t, "no parent")

	return 0
}

// requireBack waits until the VM is another process and healthy, and returns how long that took.
func (b *testBundle) requireBack(t *testing.T, vm client.AssignedVM, before uint32, begun time.Time) {
	t.Helper()

	require.Eventually(t, func() bool {
		container, err := b.client.LoadContainer(t.Context(), vm.ID.String())
		if err != nil {
			return false
		}

		task, err := container.Task(t.Context(), nil)

		return err == nil && task.Pid() != before && task.Pid() != 0 && b.api.state(vm.ID).State == client.VMReportStateHealthy
	}, 30*time.Second, 5*time.Millisecond)
	t.Logf("healthy again after %s", time.Since(begun).Round(time.Millisecond))

	status, _ := get(t, vm, "/")
	require.Equal(t, 200, status)
}

func TestAgent_KilledInit_TheVMComesBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	before, begun := b.task(t, vm.ID).Pid(), time.Now()
	require.NoError(t, syscall.Kill(int(before), syscall.SIGKILL))
	b.requireBack(t, vm, before, begun)
	require.Equal(t, int64(1), b.api.state(vm.ID).Restarts)
}

func TestAgent_KilledShim_TheVMComesBackAndNothingOfTheOldOneIsLeft(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	before, shim, begun := b.task(t, vm.ID).Pid(), b.shim(t, vm.ID), time.Now()
	require.NoError(t, syscall.Kill(shim, syscall.SIGKILL))
	b.requireBack(t, vm, before, begun)

	// Its parent is gone: where the machine's init does not reap, it stays as a zombie.
	status, err := os.ReadFile(filepath.Join("/proc", strconv.FormatUint(uint64(before), 10), "status"))
	if err == nil {
		require.Contains(t, string(status), "State:\tZ", "the old VM still runs")
	}
}
