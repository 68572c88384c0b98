package nodeagent_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_ManyVMsAtOnce_StartInTurns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	vms := lo.Times(2*runtime.NumCPU()+1, func(int) client.AssignedVM { return b.vm(image, "") })
	stalls := lo.Map(vms, func(vm client.AssignedVM, _ int) string {
		return stallFile(filepath.Join(b.config.DataDir, "vms", vm.ID.String(), "log"))
	})

	for _, stall := range stalls {
		require.NoError(t, os.MkdirAll(filepath.Dir(stall), 0o700))
		require.NoError(t, os.WriteFile(stall, nil, 0o600))
	}

	b.api.assign(vms...)
	b.startAgent(t)

	var waits client.AssignedVM

	require.Eventually(t, func() bool {
		starting, rest := lo.FilterReject(vms, func(vm client.AssignedVM, _ int) bool {
			return b.api.state(vm.ID).State == client.VMReportStateStarting
		})
		waits = lo.FirstOrEmpty(rest)

		return len(starting) == len(vms)-1 && lo.FromPtr(b.api.state(waits.ID).Message) == "It starts as soon as others have started on its node."
	}, 20*time.Second, 5*time.Millisecond)

	for _, stall := range stalls {
		require.NoError(t, os.Remove(stall))
	}

	for _, vm := range vms {
		b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	}

	require.Nil(t, b.api.state(waits.ID).Message)
}
