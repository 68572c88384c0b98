package nodeagent

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

const (
	// toldTime is how long after the end of a VM its runtime may take to tell that it was out of memory.
	toldTime = time.Second
	// listenAgain is the time between two attempts to listen to a containerd that went away.
	listenAgain = time.Second
)

// watchOutOfMemory notes of which VMs containerd tells that they are out of memory, until ctx ends. With runc their cgroups say so as well. With Kata
// Containers, whose cgroup on the node is not that in which the app runs, nothing else could; the agent of Kata 4.1 in the guest watches no container that has
// a guest to itself, as ours have.
func (a *Agent) watchOutOfMemory(ctx context.Context) error {
	for ctx.Err() == nil {
		err := a.runtime.WatchOutOfMemory(ctx, a.noteOutOfMemory)
		if ctx.Err() == nil {
			a.logger.DebugContext(ctx, "containerd does not tell which VMs are out of memory; trying again", logging.Error(err))
		}

		pause(ctx, listenAgain)
	}

	return nil
}

func (a *Agent) noteOutOfMemory(vm uuid.UUID) {
	if m := a.machine(vm); m != nil {
		signal(m.outOfMemory)
	}
}

// wait waits for the VM's end and returns how it ended.
func (m *machine) wait(ctx context.Context, task *containers.Task) (containers.Exit, error) {
	exit, err := task.Wait(ctx)
	if err == nil && !exit.OutOfMemory {
		exit.OutOfMemory = m.wasOutOfMemory(ctx, exit.Code)
	}

	return exit, err
}

// wasOutOfMemory tells whether containerd told so since the VM's start. A VM of Kata Containers that was killed may be told of a moment later.
func (m *machine) wasOutOfMemory(ctx context.Context, code uint32) bool {
	select {
	case <-m.outOfMemory:
		return true
	default:
	}

	if code != killed || !containers.IsKata(m.agent.config.Runtime) {
		return false
	}

	select {
	case <-m.outOfMemory:
		return true
	case <-time.After(toldTime):
	case <-ctx.Done():
	}

	return false
}

// forgetOutOfMemory forgets what was told of an earlier start.
func (m *machine) forgetOutOfMemory() {
	select {
	case <-m.outOfMemory:
	default:
	}
}
