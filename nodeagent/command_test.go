package nodeagent_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// releaseVM describes a VM whose command lasts that long and ends with that exit code.
func (b *testBundle) releaseVM(t *testing.T, duration, code string) client.AssignedVM {
	t.Helper()

	vm := b.vm(pushApp(t, b.registry, nil), "release")
	vm.Kind, vm.Port, vm.Command = client.AssignedVMKindRelease, 0, &[]string{"/app", "command", duration, code}

	return vm
}

// requireRanOnce looks for how often the command began, after its end was reported.
func (b *testBundle) requireRanOnce(t *testing.T, vm client.AssignedVM) {
	t.Helper()

	lines := lo.Map(b.api.log(vm.ID), func(line client.ShippedLogLine, _ int) string { return line.Line })
	require.Equal(t, []string{"begins as release", "ends"}, lo.Uniq(lines), "shipped twice at the most, by two agents")
	require.Len(t, lo.UniqBy(b.api.log(vm.ID), func(line client.ShippedLogLine) int64 { return line.Sequence }), 2)
}

func (b *testBundle) waitForExit(t *testing.T, vm client.AssignedVM, code int64) {
	t.Helper()

	report := b.api.waitFor(t, vm.ID, client.VMReportStateExited)
	require.NotNil(t, report.ExitCode)
	require.Equal(t, code, *report.ExitCode)
	require.Zero(t, report.Restarts)
}

func TestRelease_RunsItsCommandOnceAndReportsHowItEnded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	well, badly := b.releaseVM(t, "0s", "0"), b.releaseVM(t, "10ms", "3")
	b.api.assign(well, badly)
	b.startAgent(t)
	b.waitForExit(t, well, 0)
	b.waitForExit(t, badly, 3)
	b.requireRanOnce(t, badly)
	require.NotContains(t, b.api.states(badly.ID), client.VMReportStateHealthy, "it is not probed")

	// It goes on to say so, and runs nothing again.
	b.api.forget()
	b.stopAgent()
	b.startAgent(t)
	b.waitForExit(t, badly, 3)
	b.requireRanOnce(t, badly)

	badly.DesiredState, well.DesiredState = client.AssignedVMDesiredStateStopped, client.AssignedVMDesiredStateStopped
	b.api.assign(well, badly)
	b.api.waitFor(t, badly.ID, client.VMReportStateRemoved)
	b.api.waitFor(t, well.ID, client.VMReportStateRemoved)
	b.requireNothingLeft(t)
}

func TestRelease_CommandThatIsNotThere_SaysSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.releaseVM(t, "0s", "0")
	vm.Command = &[]string{"/bin/sh", "-c", "bin/migrate"}
	b.api.assign(vm)
	b.startAgent(t)
	b.waitForExit(t, vm, 127)
	require.Equal(t, "The image lacks the command, or a shell to run it with.", *b.api.state(vm.ID).Message)
}

func TestRelease_IsStoppedWhileItRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.releaseVM(t, "1h", "0")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateRunning)

	vm.DesiredState = client.AssignedVMDesiredStateStopped
	b.api.assign(vm)
	b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
	require.NotContains(t, b.api.states(vm.ID), client.VMReportStateExited)
	b.requireNothingLeft(t)
}

func TestRelease_AgentKilledWhileItRuns_TheNextOneWaitsForItsEnd(t *testing.T) {
	t.Parallel()

	for name, duration := range map[string]string{"it runs on": "2s", "it ends meanwhile": "200ms"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			vm := b.releaseVM(t, duration, "3")
			b.api.assign(vm)
			agent := b.startAgentProcess(t)
			b.api.waitFor(t, vm.ID, client.VMReportStateRunning)
			require.NoError(t, agent.Process.Kill())
			b.stopAgent()

			if name == "it ends meanwhile" {
				require.Eventually(t, func() bool {
					status, err := b.task(t, vm.ID).Status(t.Context())

					return err == nil && status.Status == containerd.Stopped
				}, 20*time.Second, 10*time.Millisecond)
			}

			b.startAgent(t)
			b.waitForExit(t, vm, 3)
			b.requireRanOnce(t, vm)
		})
	}
}

func TestRelease_KilledContainerd_TheExitCodeIsKnownAllTheSame(t *testing.T) {
	t.Parallel()

	for name, duration := range map[string]string{"it runs on": "4s", "it ends meanwhile": "1s"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			d := newDaemon(t, testBinaries(t))
			b := setupOn(t, d.socket)
			vm := b.releaseVM(t, duration, "3")
			b.api.assign(vm)
			b.startAgent(t)
			b.api.waitFor(t, vm.ID, client.VMReportStateRunning)
			d.kill(t)

			if name == "it ends meanwhile" {
				require.Eventually(t, func() bool {
					return lo.SomeBy(b.api.log(vm.ID), func(line client.ShippedLogLine) bool { return line.Line == "ends" })
				}, 20*time.Second, 10*time.Millisecond)
			}

			d.start(t)
			b.waitForExit(t, vm, 3)
			b.requireRanOnce(t, vm)
			b.api.assign()
			b.requireNothingLeft(t)
		})
	}
}

func TestRelease_KilledShim_IsNotRunAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.releaseVM(t, "1h", "0")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateRunning)
	require.Eventually(t, func() bool { return len(b.api.log(vm.ID)) > 0 }, 20*time.Second, 10*time.Millisecond, "the command has begun")
	require.NoError(t, syscall.Kill(b.shim(t, vm.ID), syscall.SIGKILL))
	// The runtime says that the command was killed, or that its end is unknown.
	report := b.api.waitUntil(t, vm.ID, "an end", func(r client.VMReport) bool {
		return r.State == client.VMReportStateFailed || r.State == client.VMReportStateExited
	})
	require.NotEqual(t, int64(0), lo.FromPtrOr(report.ExitCode, -1))
	require.Len(t, b.api.log(vm.ID), 1)
}

func TestRelease_GoneWithoutATrace_IsNotRunAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.releaseVM(t, "0s", "0")
	vm.Begun = new(true)
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateFailed)
	require.Contains(t, *report.Message, "it may or may not have finished")
	require.Empty(t, b.api.log(vm.ID))
}

func TestRelease_APIOfTheVersionBefore_IsLeftAsItIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	running, unknown := b.releaseVM(t, "1h", "0"), b.releaseVM(t, "0s", "0")
	b.api.assign(running)
	b.startAgent(t)
	b.api.waitFor(t, running.ID, client.VMReportStateRunning)
	b.stopAgent()

	pid := b.task(t, running.ID).Pid()
	app := b.vm(running.Image, "")

	for _, vm := range []*client.AssignedVM{&running, &unknown} {
		vm.Kind, vm.Command = "", nil
	}

	b.api.assign(running, unknown, app)
	b.startAgent(t)
	b.api.waitFor(t, app.ID, client.VMReportStateHealthy)
	require.Equal(t, pid, b.task(t, running.ID).Pid())
	require.False(t, lo.SomeBy(b.traces(t), func(trace string) bool { return strings.Contains(trace, unknown.ID.String()) }))
}

func TestRelease_APIOfTheVersionBefore_HearsOfTheOtherVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.api.older = true
	release := b.releaseVM(t, "0s", "0")
	b.api.assign(release)
	b.startAgent(t)
	require.Eventually(t, func() bool { return strings.Contains(b.log.String(), "the command ended") }, 20*time.Second, 5*time.Millisecond)

	app := b.vm(release.Image, "")
	b.api.assign(release, app)
	b.api.waitFor(t, app.ID, client.VMReportStateHealthy)
	require.NotContains(t, b.api.states(release.ID), client.VMReportStateExited)
}
