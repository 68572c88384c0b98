package nodeagent_test

import (
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// needCatatonit skips the test on a machine whose VMs would have another init.
func needCatatonit(t *testing.T) {
	t.Helper()

	if _, err := exec.LookPath("catatonit"); err != nil {
		t.Skip("it needs Debian's package catatonit: run through `go tool task test`")
	}
}

// TestInit_HoldsSIGTERMForTheAppAsTheKernelShowsIt is what Kata Containers look at: their agent sends SIGKILL in place of SIGTERM to an init that neither
// blocks, ignores nor handles SIGTERM.
func TestInit_HoldsSIGTERMForTheAppAsTheKernelShowsIt(t *testing.T) {
	t.Parallel()
	needCatatonit(t)

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, status := get(t, vm, "/file?path=/proc/1/status")

	var held uint64

	for _, mask := range regexp.MustCompile(`(?m)^Sig(?:Blk|Ign|Cgt):\s*([0-9a-f]+)$`).FindAllStringSubmatch(status, -1) {
		number, err := strconv.ParseUint(mask[1], 16, 64)
		require.NoError(t, err)

		held |= number
	}

	require.NotZero(t, held&(1<<(syscall.SIGTERM-1)), status)
}

func TestInit_HandsSignalsToTheApp_AndItsExitCodeBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "graceful")
	vm.GraceSeconds = 60
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	wrote := func(wanted string) func() bool {
		return func() bool {
			return lo.SomeBy(b.api.log(vm.ID), func(line client.ShippedLogLine) bool { return line.Line == wanted })
		}
	}

	task := b.task(t, vm.ID)
	require.NoError(t, task.Kill(t.Context(), syscall.SIGUSR1))
	require.Eventually(t, wrote("got user defined signal 1"), 20*time.Second, 5*time.Millisecond)

	exited, err := task.Wait(t.Context())
	require.NoError(t, err)

	vm.DesiredState = client.AssignedVMDesiredStateStopped
	b.api.assign(vm)

	status := <-exited
	require.NoError(t, status.Error())
	require.EqualValues(t, 42, status.ExitCode(), "the code with which the app ends at SIGTERM")
	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
	b.requireNothingLeft(t)
}

func TestInit_ReapsWhatTheAppAbandons(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	code, pid := get(t, vm, "/abandon?duration=200ms")
	require.Equal(t, http.StatusOK, code, pid)

	require.Eventually(t, func() bool {
		code, _ := get(t, vm, "/file?path=/proc/"+pid+"/status")

		return code == http.StatusNotFound
	}, 20*time.Second, 10*time.Millisecond, "a process that has ended is kept by the init")
}
