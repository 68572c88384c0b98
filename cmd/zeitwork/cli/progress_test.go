package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestProgress_InAPipe_HasALineForEveryChangeAndRepeatsNone(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ended := began.Add(1500 * time.Millisecond)
	watcher := NewProgress(&out, false)
	show := func(steps ...client.StepAttempt) { watcher.Deployment(&client.Deployment{Timeline: &steps}) }

	clone := client.StepAttempt{Step: "clone", Attempt: 1, State: client.StepAttemptStateRunning, StartedAt: began}
	show(clone)
	show(clone)

	clone.State, clone.EndedAt = client.StepAttemptStateSucceeded, &ended
	build := client.StepAttempt{Step: "build", Attempt: 1, State: client.StepAttemptStateRunning, StartedAt: ended}
	show(clone, build)

	watcher.Line(&client.LogLine{Line: "compiling"})

	build.State, build.WaitingFor = client.StepAttemptStateRetrying, new("Waiting because BuildKit does not answer.")
	show(clone, build)

	schedule := client.StepAttempt{
		Step: "schedule", Attempt: 1, State: client.StepAttemptStateHeld, StartedAt: ended, EndedAt: &ended,
		WaitingFor: new("Waiting because a rollback has pinned the project."),
	}
	show(clone, build, schedule)

	schedule.WaitingFor = nil
	show(clone, build, schedule)

	again := client.StepAttempt{Step: "build", Attempt: 2, State: client.StepAttemptStateFailed, StartedAt: began, EndedAt: &ended}
	show(clone, build, again)

	require.Equal(t, `- clone …
✓ clone 1.50 s
- build …
  │ compiling
… build: Waiting because BuildKit does not answer.
… schedule: Waiting because a rollback has pinned the project.
… schedule: Waited because a rollback had pinned the project.
✗ build 1.50 s (attempt 2)
`, out.String())
}
