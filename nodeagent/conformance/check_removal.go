package conformance

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

func checkRemoval(ctx context.Context, t *trial) outcome {
	begun := time.Now()

	t.mu.Lock()
	used := append([]uuid.UUID{}, t.used...)
	t.mu.Unlock()

	t.platform.withdraw(used...)

	// Nothing tells when the agent has removed the last trace.
	const (
		pause = 50 * time.Millisecond
		shown = 5
	)

	for deadline := begun.Add(t.options.Patience); ; time.Sleep(pause) {
		left, err := t.traces(ctx, used)

		switch {
		case err != nil:
			return failure(err)
		case len(left) == 0:
			return pass("Nothing is left of %d VMs after %s.", len(used), brief(time.Since(begun)))
		case time.Now().After(deadline):
			return fail("%d traces are left after %s: %s.", len(left), brief(t.options.Patience), strings.Join(left[:min(len(left), shown)], "; "))
		case ctx.Err() != nil:
			return failure(context.Cause(ctx))
		}
	}
}
