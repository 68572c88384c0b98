package main_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// It kills parts of the platform that all tests share, so it does not run in parallel with them.
func TestParts_Killed_TheAppAnswersOnAndTheNextDeployWorks(t *testing.T) {
	p := startPlatform(t)
	r := newRepository(t, serving("steady"))
	project := p.project(t, r)
	p.live(t, project)
	p.answers(t, project, "steady")

	for _, part := range []string{"nodeagent-1", "containerd-1", "api", "worker-1", "buildkitd", "registry"} {
		t.Run(part, func(t *testing.T) {
			stop := p.askAllTheTime(t, project)

			killed := shared.platform.PID(part)
			require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
			require.Eventually(t, func() bool {
				now := shared.platform.PID(part)

				return now != 0 && now != killed && syscall.Kill(now, 0) == nil
			}, time.Minute, 20*time.Millisecond, "%s was not started again", part)

			asked, failed := stop()
			require.Positive(t, asked)
			require.Zero(t, failed, "of %d requests", asked)

			text := "after " + part
			r.push(serving(text))

			var d client.Deployment

			// The API may be the part that is just starting.
			require.Eventually(t, func() bool {
				answer, err := p.client.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{})
				if err != nil || answer.JSON201 == nil {
					return false
				}

				d = *answer.JSON201

				return true
			}, time.Minute, 50*time.Millisecond)

			d = p.ended(t, d.ID)
			require.Equal(t, client.DeploymentState("live"), d.State, "%+v", d.Error)
			p.answers(t, project, text)
		})
	}
}

// askAllTheTime sends requests to the project until the returned function is called, which tells how many there were and
// how many failed.
func (p *platform) askAllTheTime(t *testing.T, project client.Project) func() (int64, int64) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())

	var (
		asked, failed atomic.Int64
		done          sync.WaitGroup
	)

	done.Go(func() {
		const most = 100_000

		for ticker := time.NewTicker(5 * time.Millisecond); asked.Load() < most; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}

			answer, err := p.get(ctx, project, "/")
			if ctx.Err() != nil {
				return
			}

			asked.Add(1)

			if err != nil || answer.Status != http.StatusOK {
				failed.Add(1)
				t.Logf("a request failed: status %d, error %v", answer.Status, err)
			}
		}
	})

	return func() (int64, int64) {
		cancel()
		done.Wait()

		return asked.Load(), failed.Load()
	}
}

func TestWorkers_Two_ShareTheStepsOfDeployments(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)

	deployments := lo.Times(4, func(int) uuid.UUID { return p.create(t, p.project(t, newRepository(t, serving("x")))).ID })

	workers := make([]string, 0, len(deployments))

	for _, deployment := range deployments {
		d := p.ended(t, deployment)
		require.Equal(t, client.DeploymentState("live"), d.State, "%+v", d.Error)

		// Nobody runs a step while the deployment waits for its turn to be built.
		ran := lo.Reject(*d.Timeline, func(s client.StepAttempt, _ int) bool { return s.State == client.StepAttemptStateHeld })
		workers = append(workers, lo.Map(ran, func(s client.StepAttempt, _ int) string { return s.Worker })...)
	}

	require.Len(t, lo.Uniq(workers), 2)
}
