package github

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// askUntilRefused asks again and again until the package refuses, and returns how often GitHub answered and the refusal.
func askUntilRefused(t *testing.T, ask func() error) (int, error) {
	t.Helper()

	for n := range 3000 {
		if err := ask(); err != nil {
			require.Equal(t, Limited, ReasonOf(err))
			require.Equal(t, problem.Unavailable, problem.CodeOf(err))

			return n, err
		}
	}

	t.Fatal("it is never refused")

	return 0, nil
}

func (b *testBundle) head(ctx context.Context, known string) error {
	_, err := b.installation.Head(ctx, b.Repository, "main", known)

	return err
}

func TestLimit_OfAnHour_IsNeverPassed(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 50
	b := setupWith(t, limits, Options{})

	background, err := askUntilRefused(t, func() error { return b.head(Background(t.Context()), "") })
	require.Equal(t, 45, background, "polling leaves a tenth")
	require.Equal(t, b.server.Clock.Now().Add(time.Hour+resetMargin), RetryAt(err).UTC())
	require.Contains(t, problem.MessageOf(err), "until 10:00:02 UTC")

	asked, _ := askUntilRefused(t, func() error { return b.head(t.Context(), "") })
	require.Equal(t, 5, asked, "what people ask gets the rest")
	require.Zero(t, b.server.Refused())

	// What costs nothing is refused as well: nobody knows before that nothing has changed.
	require.Equal(t, Limited, ReasonOf(b.head(t.Context(), b.Commit)))

	b.server.Clock.Advance(time.Hour + time.Second)
	require.Equal(t, Limited, ReasonOf(b.head(t.Context(), "")), "GitHub's clock may be behind")

	b.server.Clock.Advance(time.Second)
	require.NoError(t, b.head(t.Context(), ""))
}

func TestLimit_UnchangedAnswers_UseNoneOfTheHour(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 10
	b := setupWith(t, limits, Options{})

	for range 30 {
		require.NoError(t, b.head(t.Context(), b.Commit))
	}
}

func TestLimit_OfAMinute_IsNeverPassed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	reading, err := askUntilRefused(t, func() error { return b.head(t.Context(), b.Commit) })
	require.Equal(t, mostPoints, reading)
	require.Equal(t, b.server.Clock.Now().Add(time.Minute), RetryAt(err))

	b.server.Clock.Advance(time.Minute)
	writing, _ := askUntilRefused(t, func() error {
		return b.installation.SetStatus(t.Context(), b.Repository, b.Commit, Status{State: Success, Context: "zeitwork"})
	})
	require.Equal(t, mostPoints/writePoints, writing)
	require.Zero(t, b.server.Refused())
	require.LessOrEqual(t, b.server.Usage()[fmt.Sprintf("installation %d", b.Installation)].MostPointsPerMinute, mostPoints)
}

func TestLimit_OfQueries_IsNeverPassed(t *testing.T) {
	t.Parallel()

	b := setup(t)
	look := []Look{{NodeID: b.node(t, b.Repository), Branch: "main"}}

	var asked sync.WaitGroup

	for range 10 {
		asked.Go(func() {
			for range 20 {
				_, _, _ = b.installation.Look(t.Context(), look)
			}
		})
	}

	asked.Wait()

	usage := b.server.Usage()[fmt.Sprintf("installation %d", b.Installation)]
	require.Equal(t, 1, usage.MostAtOnce, "one query at a time")
	require.Zero(t, b.server.Refused())
}

func TestLimit_OfRequestsAtOnce_IsNeverPassed(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := newBudget(time.Now)
		answered := make(chan struct{})

		var asking, done atomic.Int32

		for range 3 * mostAtOnce {
			go func() {
				release, err := b.take(t.Context(), core, readPoints)
				if err != nil {
					return
				}

				asking.Add(1)
				<-answered
				release()
				done.Add(1)
			}()
		}

		synctest.Wait()
		require.EqualValues(t, mostAtOnce, asking.Load())

		// Who waits for a turn may give up.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()

		_, err := b.take(ctx, core, readPoints)
		require.ErrorIs(t, err, context.Canceled)

		close(answered)
		synctest.Wait()
		require.EqualValues(t, 3*mostAtOnce, done.Load())
	})
}

func TestLimit_ThatGitHubNames_IsKept(t *testing.T) {
	t.Parallel()

	for name, strike := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"a secondary limit": fakegithub.SecondaryLimit,
		"a secondary limit without Retry-After": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"message":"You have exceeded a secondary rate limit."}`))

			return true
		},
		"429": fakegithub.Status(http.StatusTooManyRequests),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			require.NoError(t, b.head(t.Context(), ""))
			b.server.AddFault(fakegithub.Fault{Path: "/api/v3/repositories/", Times: 1, Strike: strike})

			err := b.head(t.Context(), "")
			require.Equal(t, Limited, ReasonOf(err))
			require.Equal(t, b.server.Clock.Now().Add(time.Minute), RetryAt(err))

			before := b.server.Usage()[fmt.Sprintf("installation %d", b.Installation)].Requests
			b.server.Clock.Advance(time.Minute - time.Second)
			require.Equal(t, Limited, ReasonOf(b.head(t.Context(), "")))
			_, _, err = b.installation.Look(t.Context(), []Look{{NodeID: "x"}})
			require.Equal(t, Limited, ReasonOf(err), "a pause is for all that the installation asks")
			require.Equal(t, before, b.server.Usage()[fmt.Sprintf("installation %d", b.Installation)].Requests, "GitHub is not asked")

			b.server.Clock.Advance(time.Second)
			require.NoError(t, b.head(t.Context(), ""))
		})
	}
}

func TestLimit_OfOneInstallation_LeavesOthersAlone(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 10
	b := setupWith(t, limits, Options{})
	other := b.server.Install(b.App.ID, githubtest.Owner)
	asked, _ := askUntilRefused(t, func() error { return b.head(t.Context(), "") })
	require.Equal(t, 10, asked)

	_, err := b.app.Installation(other).Repositories(t.Context())
	require.NoError(t, err)
}

func TestLimit_IsKeptByTheClientsClockAlone(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 3
	b := setupWith(t, limits, Options{})
	b.server.Clock.Advance(20 * 365 * 24 * time.Hour)

	ask := func() error {
		_, err := b.app.Installations(t.Context())

		return err
	}
	asked, _ := askUntilRefused(t, ask)
	require.Equal(t, 3, asked)

	b.server.Clock.Advance(time.Hour + resetMargin)
	require.NoError(t, ask())
	require.Zero(t, b.server.Refused())
}

func TestPollInterval_IsWhatGitHubSays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Zero(t, b.installation.PollInterval())

	b.server.AddFault(fakegithub.Fault{Strike: func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("X-Poll-Interval", "90")

		return false
	}})
	require.NoError(t, b.head(t.Context(), ""))
	require.Equal(t, 90*time.Second, b.installation.PollInterval())
}

func TestLimit_OfQueries_ThatOthersUsedUp_SaysUntilWhen(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 4
	b := setupWith(t, limits, Options{})
	look := func(i *Installation) error {
		_, _, err := i.Look(t.Context(), []Look{{NodeID: "x"}})

		return err
	}
	require.NoError(t, look(b.installation))

	// Another worker asks for the same installation.
	app, err := b.client.App(b.credentials())
	require.NoError(t, err)

	for range 3 {
		require.NoError(t, look(app.Installation(b.Installation)))
	}

	err = look(b.installation)
	require.Equal(t, Limited, ReasonOf(err))
	require.Equal(t, b.server.Clock.Now().Add(time.Hour+resetMargin), RetryAt(err).UTC())
	require.Equal(t, 1, b.server.Refused())

	require.Equal(t, Limited, ReasonOf(look(b.installation)))
	require.Equal(t, 1, b.server.Refused(), "it is asked no more")
}
