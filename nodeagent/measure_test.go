package nodeagent_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_TellsWhatItsVMsUsed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	status, _ := get(t, vm, "/")
	require.Equal(t, http.StatusOK, status)

	b.stopAgent() // It tells at once what it would have told at the end of the minute.

	used := b.api.measured(vm)
	require.Positive(t, used.MeasuredMillis)
	require.Positive(t, used.CPUMicros)
	require.Positive(t, used.ReceivedBytes)
	require.Positive(t, used.SentBytes)
	require.Greater(t, used.MemoryMaxBytes, int64(1<<20))
	require.LessOrEqual(t, used.MemoryMaxBytes, vm.MemoryBytes)
	require.Positive(t, used.MemoryByteSeconds)
}

func TestAgent_VMWhoseRuntimeHangs_KeepsNoOtherFromBeingMeasured(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	hangs, works := b.vm(image, ""), b.vm(image, "")
	b.api.assign(hangs, works)
	b.startAgent(t)
	b.api.waitFor(t, hangs.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, works.ID, client.VMReportStateHealthy)

	shim := b.shim(t, hangs.ID)
	require.NoError(t, syscall.Kill(shim, syscall.SIGSTOP))
	t.Cleanup(func() { require.NoError(t, syscall.Kill(shim, syscall.SIGCONT)) })

	const requests, size = 50, 4000

	for range requests {
		status, _ := get(t, works, "/?"+strings.Repeat("x", size))
		require.Equal(t, http.StatusOK, status)
	}

	b.stopAgent()
	require.Greater(t, b.api.measured(works).ReceivedBytes, int64(requests*size), "what came while the other one hung")
}

func TestAgent_RestartsAreMeasured(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "crash")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitUntil(t, vm.ID, "a restart", func(report client.VMReport) bool { return report.Restarts > 0 })
	b.stopAgent()
	require.Positive(t, b.api.measured(vm).Restarts)
}

func TestAgent_StopsWhileTheAPIStumbles_TellsAllThatItMeasured(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	b.api.stumble()

	status, _ := get(t, vm, "/")
	require.Equal(t, http.StatusOK, status)

	b.stopAgent()
	require.Positive(t, b.api.measured(vm).ReceivedBytes)
}

func TestAgent_APIThatKnowsNoMeasures_GetsTheRestOfTheReport(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.api.knowNoMeasures()

	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.stopAgent()
	require.Zero(t, b.api.measured(vm))
	require.NotContains(t, b.log.String(), "could not be reported")
}
