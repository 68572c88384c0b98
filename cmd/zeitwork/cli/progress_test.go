package cli

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/liveline"
)

func TestProgress_InAPipe_HasALineForEveryChangeAndRepeatsNone(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ended := began.Add(1500 * time.Millisecond)
	watcher := NewProgress(liveline.New(&out, nil))
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

func TestProgress_InATerminal_ShowsTheRunningStepInTheLastLineAndClearsItWhenNoneRuns(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer

		began := time.Now()
		watcher := NewProgress(liveline.New(&out, func() int { return 80 }))
		show := func(steps ...client.StepAttempt) { watcher.Deployment(&client.Deployment{Timeline: &steps}) }

		clone := client.StepAttempt{Step: "clone", Attempt: 1, State: client.StepAttemptStateRunning, StartedAt: began}
		show(clone)
		time.Sleep(time.Second)
		watcher.Tick()
		watcher.Line(&client.LogLine{Line: "fetching"})

		clone.State, clone.EndedAt = client.StepAttemptStateSucceeded, new(time.Now())
		show(clone)

		const erase = "\r\x1b[K"
		require.Equal(t, erase+"… clone 0.00 s"+erase+"… clone 1.00 s"+
			erase+"  │ fetching\n… clone 1.00 s"+
			erase+"✓ clone 1.00 s\n… clone 1.00 s"+erase, out.String())
	})
}

func TestProgress_AttemptsThatWaitForTheSame_SaySoOnce(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	watcher := NewProgress(liveline.New(&out, nil))
	show := func(steps ...client.StepAttempt) { watcher.Deployment(&client.Deployment{Timeline: &steps}) }
	waiting := func(number int64, why *string) client.StepAttempt {
		return client.StepAttempt{Step: "push", Attempt: number, State: client.StepAttemptStateRetrying, WaitingFor: why}
	}

	why := new("Waiting because the registry does not answer.")
	show(waiting(1, why))
	show(waiting(1, nil), waiting(2, why))
	show(waiting(1, nil), waiting(2, nil), waiting(3, new("Waiting because the registry is full.")))

	require.Equal(t, "… push: Waiting because the registry does not answer.\n… push (attempt 3): Waiting because the registry is full.\n", out.String())
}

func TestProgress_EscapeSequences_AreShownAndNotObeyed(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	NewProgress(liveline.New(&out, nil)).Line(&client.LogLine{Line: "\x1b[2Jgone\r"})
	require.Equal(t, `  │ \x1b[2Jgone`+"\n", out.String())
}

func TestProgress_PlatformAway_IsSaidOnce(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	watcher := NewProgress(liveline.New(&out, nil))
	for _, err := range []error{errors.New("refused"), errors.New("refused"), nil} {
		watcher.Away(err)
	}

	require.Equal(t, "The platform does not answer. The deployment goes on; trying again …\nThe platform answers again.\n", out.String())
}
