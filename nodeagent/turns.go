package nodeagent

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// startsPerProcessor is how many VMs start at once for each processor of the node. A start is in part waiting.
	startsPerProcessor = 2
	// turnTime is how long others wait at most for an app that does not become healthy.
	turnTime = 5 * time.Second
	// longestTurn is how long they wait at most for a runtime that does not get a VM to run.
	longestTurn = 30 * time.Second
)

// newTurns returns what VMs take turns by to start. After a boot, hundreds that start at once would all be slow; in turns the first serve soon.
func newTurns() *semaphore.Weighted {
	return semaphore.NewWeighted(startsPerProcessor * int64(runtime.NumCPU()))
}

// awaitTurn waits until the VM may start; those that have waited longer come first. The turn lasts until endTurn is called.
func (m *machine) awaitTurn(ctx context.Context) error {
	turns := m.agent.turns

	if !turns.TryAcquire(1) {
		// The message of a crash stays readable.
		if m.state().ExitCode == nil {
			m.explain("It starts as soon as others have started on its node.")
		}

		if err := turns.Acquire(ctx, 1); err != nil {
			return fmt.Errorf("wait for the starts of other VMs: %w", err)
		}
	}

	m.endTurn = sync.OnceFunc(func() { turns.Release(1) })
	time.AfterFunc(longestTurn, m.endTurn)

	return nil
}
