package nodeagent_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

func TestRuntime_TellsOfVMsThatAreOutOfMemory(t *testing.T) {
	t.Parallel()

	b, other := setup(t), setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	told, done := make(chan uuid.UUID, 10), make(chan error, 1)

	go func() {
		done <- containers.New(b.client, containers.Config{}).WatchOutOfMemory(ctx, func(vm uuid.UUID) {
			select {
			case told <- vm:
			default:
			}
		})
	}()

	image := pushApp(t, b.registry, nil)
	vm := b.vm(image, "memory")
	other.api.assign(other.vm(image, "memory"))
	other.startAgent(t)
	b.api.assign(vm)
	b.startAgent(t)

	// It dies again and again, so that an end before somebody listened does no harm.
	select {
	case id := <-told:
		require.Equal(t, vm.ID, id, "of the VMs of its own namespace")
	case <-time.After(20 * time.Second):
		require.FailNow(t, "containerd told of none")
	}

	cancel()
	require.ErrorContains(t, <-done, "listen to containerd")
}
