package nodeagent_test

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/leases"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent"
)

func TestAgent_RunsWhatIsAssignedAndReportsItHealthy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	vm.Environment["SECRET"] = "line one\nline two"
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Nil(t, report.Message)
	require.Zero(t, report.Restarts)

	status, body := get(t, vm, "/environment?name=SECRET")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "line one\nline two", body)
	require.NotContains(t, b.log.String(), "line one", "no value of an environment variable is logged")

	_, body = get(t, vm, "/environment?name=ZEITWORK_DEPLOYMENT_ID")
	require.Equal(t, vm.DeploymentID.String(), body)

	_, body = get(t, vm, "/file?path=/proc/1/cmdline")
	require.True(t, strings.HasPrefix(body, "/.zeitwork/init\x00"), "an init is PID 1")

	_, body = get(t, vm, "/file?path=/proc/self/status")
	require.Contains(t, body, "NoNewPrivs:\t1")
	require.Contains(t, body, "Seccomp:\t2")
}

func TestAgent_ARestartedAgentAdoptsWhatRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	pid := b.task(t, vm.ID).Pid()
	_, started := get(t, vm, "/")

	b.stopAgent()
	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Equal(t, []client.VMReportState{client.VMReportStateHealthy}, b.api.states(vm.ID), "its edges lose it at no moment")

	_, again := get(t, vm, "/")
	require.Equal(t, started, again)
	require.Equal(t, pid, b.task(t, vm.ID).Pid())
}

func TestAgent_KilledAgent_VMsServeOnAndLoseNoLine(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	agent := b.startAgentProcess(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, started := get(t, vm, "/")

	require.NoError(t, agent.Process.Kill())
	b.stopAgent()

	status, again := get(t, vm, "/long-line")
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, again)

	vm.LogSequence = 1
	b.api.assign(vm)
	b.startAgent(t)

	require.Eventually(t, func() bool {
		return lo.SomeBy(b.api.log(vm.ID), func(l client.ShippedLogLine) bool { return l.Line == "after the long line" })
	}, 10*time.Second, 5*time.Millisecond)

	_, again = get(t, vm, "/")
	require.Equal(t, started, again)
}

func TestAgent_LogsAreShippedAndALongLineIsCut(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	vm.LogSequence = 100
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	get(t, vm, "/long-line")

	var lines []client.ShippedLogLine

	require.Eventually(t, func() bool {
		lines = b.api.log(vm.ID)

		return len(lines) == 3
	}, 10*time.Second, 5*time.Millisecond)

	require.Equal(t, "listening on 3000", lines[0].Line)
	require.Equal(t, int64(101), lines[0].Sequence)
	require.Contains(t, lines[1].Line, "more bytes of this line were left out")
	require.Equal(t, "after the long line", lines[2].Line)
}

func TestAgent_StoppedVM_IsReportedRemovedAndLeavesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	polite, stubborn := b.vm(image, ""), b.vm(image, "stubborn")
	stubborn.GraceSeconds = 1
	b.api.assign(polite, stubborn)
	b.startAgent(t)
	b.api.waitFor(t, polite.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, stubborn.ID, client.VMReportStateHealthy)

	polite.DesiredState, stubborn.DesiredState = client.AssignedVMDesiredStateStopped, client.AssignedVMDesiredStateStopped
	b.api.assign(polite, stubborn)
	b.api.waitFor(t, polite.ID, client.VMReportStateRemoved)
	b.api.waitFor(t, stubborn.ID, client.VMReportStateRemoved)
	b.requireNothingLeft(t)
}

func TestAgent_StoppedWhileItStarts_LeavesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	b.startAgent(t)

	for _, state := range []client.VMReportState{
		client.VMReportStatePulling, client.VMReportStateStarting, client.VMReportStateStarting, client.VMReportStateRunning,
	} {
		vm := b.vm(image, "")
		b.api.assign(vm)
		b.api.waitUntil(t, vm.ID, "a start", func(r client.VMReport) bool { return r.State == state || r.State == client.VMReportStateHealthy })

		vm.DesiredState = client.AssignedVMDesiredStateStopped
		b.api.assign(vm)
		b.api.waitFor(t, vm.ID, client.VMReportStateRemoved)
		b.requireNothingLeft(t)
	}
}

func TestAgent_RemainsOfVMsThatNobodyKnows_AreRemoved(t *testing.T) {
	t.Parallel()

	b := setup(t)
	pulled, attached, noted := id.New(), id.New(), id.New()

	_, err := b.client.LeasesService().Create(t.Context(), leases.WithID("zeitwork-vm-"+pulled.String()))
	require.NoError(t, err)
	require.NoError(t, b.network.Setup())
	_, err = b.network.Attach(attached, b.network.Range.Addr().Next())
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(b.config.DataDir, "vms", noted.String(), "log"), 0o700))
	require.NotEmpty(t, b.traces(t))

	b.api.assign()
	b.startAgent(t)
	b.requireNothingLeft(t)
}

func TestAgent_UnassignedVM_IsRemoved(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	stays, goes := b.vm(image, ""), b.vm(image, "")
	b.api.assign(stays, goes)
	b.startAgent(t)
	b.api.waitFor(t, stays.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, goes.ID, client.VMReportStateHealthy)

	b.stopAgent()
	b.api.assign(stays)
	b.startAgent(t)

	require.Eventually(t, func() bool {
		return !lo.SomeBy(b.traces(t), func(trace string) bool { return strings.Contains(trace, goes.ID.String()) })
	}, 20*time.Second, 10*time.Millisecond)

	status, _ := get(t, stays, "/")
	require.Equal(t, http.StatusOK, status)
}

func TestAgent_APIAway_NothingIsTouched(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, started := get(t, vm, "/")

	b.stopAgent()
	b.api.setAway(true)
	b.startAgent(t)
	require.Eventually(t, func() bool {
		return strings.Contains(b.log.String(), "could not be fetched")
	}, 10*time.Second, 5*time.Millisecond)

	_, again := get(t, vm, "/")
	require.Equal(t, started, again)
}

func TestAgent_ContainerWithoutTask_IsStartedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	_, started := get(t, vm, "/")

	b.stopAgent()

	task := b.task(t, vm.ID)
	_, err := task.Delete(t.Context(), containerd.WithProcessKill)
	require.NoError(t, err)
	require.NoError(t, b.network.Detach(vm.ID), "as behind a restart of the machine")

	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateStarting)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Zero(t, report.Restarts, "it did not crash")

	_, again := get(t, vm, "/")
	require.NotEqual(t, started, again)
}

func TestRemoveVMs_LeavesNothingRunning(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.stopAgent()

	require.NoError(t, nodeagent.RemoveVMs(t.Context(), b.config, b.network.Range))
	require.False(t, lo.SomeBy(b.traces(t), func(trace string) bool {
		return strings.HasPrefix(trace, "container ") || strings.HasPrefix(trace, "route ") || strings.Contains(trace, "netns")
	}))
}

func TestAgent_VMReachesNothingInternal(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	vm, other := b.vm(image, ""), b.vm(image, "")
	b.api.assign(vm, other)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, other.ID, client.VMReportStateHealthy)

	status, _ := get(t, vm, "/dial?address="+url.QueryEscape("127.0.0.1:3000"))
	require.Equal(t, http.StatusOK, status, "it reaches itself")

	host, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "0.0.0.0:0")
	require.NoError(t, err)

	t.Cleanup(func() { _ = host.Close() })

	_, port, err := net.SplitHostPort(host.Addr().String())
	require.NoError(t, err)

	for _, address := range []string{net.JoinHostPort(hostAddress(t), port), other.IP + ":3000", "169.254.169.254:80", "169.254.1.1:" + port} {
		status, _ := get(t, vm, "/dial?address="+url.QueryEscape(address))
		require.Equal(t, http.StatusBadGateway, status, address)
	}
}

func TestAgent_ValuesOfEnvironmentVariablesAreNowhereButInTheVM(t *testing.T) {
	t.Parallel()

	const canary = "canary-8f31c2"

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	vm.Environment["SECRET"] = canary
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	container, err := b.client.LoadContainer(t.Context(), vm.ID.String())
	require.NoError(t, err)

	labels, err := container.Labels(t.Context())
	require.NoError(t, err)
	require.NotContains(t, strings.Join(lo.Values(labels), " "), canary)
	require.NotContains(t, b.log.String(), canary)

	processes, err := os.ReadDir("/proc")
	require.NoError(t, err)

	for _, process := range processes {
		arguments, _ := os.ReadFile("/proc/" + process.Name() + "/cmdline")
		require.NotContains(t, string(arguments), canary)
	}
}

func hostAddress(t *testing.T) string {
	t.Helper()

	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)

	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && !network.IP.IsLoopback() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}

	t.Skip("this machine has no address but the loopback")

	return ""
}
