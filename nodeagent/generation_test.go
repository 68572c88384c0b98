package nodeagent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_RestartedWithAnotherConfigurationOrVersion_StopsNoVM(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	ours, former := b.vm(image, ""), b.vm(image, "")
	b.api.assign(ours, former)
	b.startAgent(t)
	b.api.waitFor(t, ours.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, former.ID, client.VMReportStateHealthy)
	b.stopAgent()

	label := sha256.Sum256([]byte(fmt.Sprintln(image, former.IP, former.Port, former.CPUMillis, former.MemoryBytes, former.PIDS, []string{"MODE"})))
	b.relabel(t, former.ID, hex.EncodeToString(label[:]))

	vms := lo.Map([]client.AssignedVM{ours, former}, func(vm client.AssignedVM, _ int) client.AssignedVM {
		vm.PIDS, vm.Image = 200, strings.Replace(vm.Image, b.registry, "registry.example.com", 1)

		return vm
	})
	_, started := get(t, ours, "/")
	_, startedByFormer := get(t, former, "/")

	b.api.forget()
	b.api.assign(vms...)
	b.startAgent(t)

	for _, vm := range vms {
		b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
		require.Equal(t, []client.VMReportState{client.VMReportStateHealthy}, b.api.states(vm.ID))
	}

	_, again := get(t, ours, "/")
	require.Equal(t, started, again)

	_, again = get(t, former, "/")
	require.Equal(t, startedByFormer, again)
}

func TestAgent_VMThatIsToBeAnother_IsStoppedWithItsGrace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "graceful")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.stopAgent()

	vm.MemoryBytes *= 2
	b.api.forget()
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	require.Eventually(t, func() bool {
		return lo.SomeBy(b.api.log(vm.ID), func(line client.ShippedLogLine) bool { return line.Line == "got terminated" })
	}, 20*time.Second, 5*time.Millisecond)
}

// relabel gives the VM's container another generation.
func (b *testBundle) relabel(t *testing.T, vm uuid.UUID, generation string) {
	t.Helper()

	container, err := b.client.LoadContainer(t.Context(), vm.String())
	require.NoError(t, err)
	_, err = container.SetLabels(t.Context(), map[string]string{"zeitwork.generation": generation})
	require.NoError(t, err)
}
