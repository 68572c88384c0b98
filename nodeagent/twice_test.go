package nodeagent_test

import (
	"strings"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestTwice_KilledRightAfterTheStart_TheVMIsAdoptedAndNotStartedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	agent := b.startAgentProcess(t)

	var pid uint32

	require.Eventually(t, func() bool {
		container, err := b.client.LoadContainer(t.Context(), vm.ID.String())
		if err != nil {
			return false
		}

		task, err := container.Task(t.Context(), nil)
		if err != nil {
			return false
		}

		status, err := task.Status(t.Context())
		pid = task.Pid()

		return err == nil && status.Status == containerd.Running
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, agent.Process.Kill())
	b.stopAgent()

	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Equal(t, pid, b.task(t, vm.ID).Pid())
	require.Zero(t, b.api.state(vm.ID).Restarts)
}

func TestTwice_KilledDuringARemoval_TheNextAgentFinishesIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "stubborn")
	vm.GraceSeconds = 3
	b.api.assign(vm)
	agent := b.startAgentProcess(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	vm.DesiredState = client.AssignedVMDesiredStateStopped
	b.api.assign(vm)
	b.api.waitFor(t, vm.ID, client.VMReportStateStopping)
	require.NoError(t, agent.Process.Kill())
	b.stopAgent()

	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
	b.requireNothingLeft(t)
}

func TestTwice_RemovedAndNotReported_IsRemovedAgainAndReported(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	vm.DesiredState = client.AssignedVMDesiredStateStopped

	for range 2 {
		b.api.assign(vm)
		b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
		b.requireNothingLeft(t)
		b.stopAgent()
		b.api.forget()
		b.startAgent(t)
	}

	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
}

// onMachine tells whether anything of the VM is left.
func (b *testBundle) onMachine(t *testing.T, vm client.AssignedVM) bool {
	t.Helper()

	return lo.SomeBy(b.traces(t), func(trace string) bool { return strings.Contains(trace, vm.ID.String()) })
}

func TestAgent_NodeThatWasGivenUp_RemovesWhatIsNoLongerItsOwnWhenItReturns(t *testing.T) {
	t.Parallel()

	for name, restart := range map[string]bool{"the agent ran on": false, "the agent was restarted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			image := pushApp(t, b.registry, nil)
			stopped, unknown, own := b.vm(image, ""), b.vm(image, ""), b.vm(image, "")
			b.api.assign(stopped, unknown, own)
			b.startAgent(t)

			for _, vm := range []client.AssignedVM{stopped, unknown, own} {
				b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
			}

			_, started := get(t, own, "/")

			b.api.setAway(true)
			require.Eventually(t, func() bool { return strings.Contains(b.log.String(), "could not be fetched") }, 20*time.Second, 5*time.Millisecond)

			// Meanwhile the VMs are placed elsewhere; one of the rows is still there to be acknowledged.
			stopped.DesiredState = client.AssignedVMDesiredStateStopped
			b.api.assign(stopped, own)

			for _, vm := range []client.AssignedVM{stopped, unknown} {
				status, _ := get(t, vm, "/")
				require.Equal(t, 200, status, "without the API nothing is touched")
			}

			if restart {
				b.stopAgent()
				b.startAgent(t)
			}

			b.api.setAway(false)
			b.api.waitFor(t, stopped.ID, client.VMReportStateRemoved)
			require.Eventually(t, func() bool { return !b.onMachine(t, stopped) && !b.onMachine(t, unknown) }, 20*time.Second, 10*time.Millisecond)

			_, again := get(t, own, "/")
			require.Equal(t, started, again)
		})
	}
}

func TestAgent_APIBackAfterAnOutage_HearsOfTheNodeAndGivesItWork(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	b.api.setAway(true)
	// As many failures as it takes for the waits between them to have grown to their longest.
	require.Eventually(t, func() bool { return strings.Count(b.log.String(), "could not be fetched") >= 5 }, 30*time.Second, 5*time.Millisecond)

	b.api.forget()

	next := b.vm(vm.Image, "")
	b.api.assign(vm, next)

	begun := time.Now()

	b.api.setAway(false)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	reported := time.Since(begun)

	b.api.waitUntil(t, next.ID, "any state", func(r client.VMReport) bool { return r.State != "" })
	t.Logf("reported after %s, began to work after %s", reported.Round(time.Millisecond), time.Since(begun).Round(time.Millisecond))
}
