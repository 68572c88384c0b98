package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
)

func TestJittered_StaysWithinATenth(t *testing.T) {
	t.Parallel()

	least, most := time.Hour, time.Duration(0)

	for range 1000 {
		d := jittered(time.Minute)
		least, most = min(least, d), max(most, d)
	}

	require.GreaterOrEqual(t, least, 54*time.Second)
	require.LessOrEqual(t, most, 66*time.Second)
	require.Greater(t, most-least, 5*time.Second)
	require.Zero(t, jittered(0))
}

func TestPace_SpreadsWhatIsLeftOverTheHour(t *testing.T) {
	t.Parallel()

	now := time.Now()
	require.Less(t, pace(github.Cost{Remaining: 5000, ResetAt: now.Add(time.Hour)}, now), 3*time.Second)
	require.Equal(t, 2*time.Minute, pace(github.Cost{Remaining: 100, ResetAt: now.Add(time.Hour)}, now))
	require.Equal(t, time.Hour, pace(github.Cost{ResetAt: now.Add(time.Hour)}, now))
	require.Zero(t, pace(github.Cost{}, now))
}

func TestEveryFor_TheLongerAgoTheLastPushTheMoreSeldom(t *testing.T) {
	t.Parallel()

	now := time.Now()
	w := &Worker{config: Config{PollInterval: 10 * time.Second}, now: func() time.Time { return now }}
	after := func(quiet time.Duration) database.Project { return database.Project{ActiveAt: new(now.Add(-quiet))} }

	require.Equal(t, 10*time.Second, w.everyFor(after(time.Minute), false))
	require.Equal(t, time.Minute, w.everyFor(after(2*time.Hour), false))
	require.Equal(t, 2*time.Minute, w.everyFor(after(48*time.Hour), false))
	require.Equal(t, time.Minute, w.everyFor(after(0), true))
	require.Equal(t, 10*time.Second, w.everyFor(database.Project{CreatedAt: now}, false), "a new project is waited for")
}
