package id_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestNew_IsAUUIDv7OfNow(t *testing.T) {
	t.Parallel()

	made := id.New()
	require.Equal(t, uuid.Version(7), made.Version())
	require.Equal(t, uuid.RFC4122, made.Variant())

	seconds, nanoseconds := made.Time().UnixTime()
	require.WithinDuration(t, time.Now(), time.Unix(seconds, nanoseconds), time.Minute)
}

func TestNew_SortsByTheOrderOfMaking(t *testing.T) {
	t.Parallel()

	last := id.New()

	for range 10_000 {
		next := id.New()
		require.Less(t, last.String(), next.String())
		last = next
	}
}

func TestFloor_SortsBetweenWhatWasMadeEarlierAndWhatIsMadeLater(t *testing.T) {
	t.Parallel()

	earlier := id.New()
	after(t, earlier)

	floor := id.Floor(time.Now())
	require.Equal(t, uuid.Version(7), floor.Version())
	require.Equal(t, uuid.RFC4122, floor.Variant())
	require.Less(t, earlier.String(), floor.String())
	require.Less(t, floor.String(), id.New().String())

	moment := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	require.Equal(t, "01a22161-fe80-7000-8000-000000000000", id.Floor(moment).String())
	require.Equal(t, id.Floor(moment), id.Floor(moment.Add(time.Millisecond-1)))
	require.Equal(t, "00000000-0000-7000-8000-000000000000", id.Floor(time.Time{}).String())
}

// after waits until the millisecond is over in which the id was made.
func after(t *testing.T, made uuid.UUID) {
	t.Helper()

	seconds, nanoseconds := made.Time().UnixTime()
	last := time.Unix(seconds, nanoseconds).UnixMilli()
	require.Eventually(t, func() bool { return time.Now().UnixMilli() > last+1 }, time.Minute, time.Millisecond)
}

func TestOf_IsAUUIDv7OfItsTime_AndSortsByIt(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 11, 29, 10, 0, 0, 999_000_000, time.UTC)

	made := id.Of(at)
	require.Equal(t, uuid.Version(7), made.Version())
	require.Equal(t, uuid.RFC4122, made.Variant())
	require.True(t, at.Equal(id.Time(made)))
	require.NotEqual(t, made, id.Of(at))

	for last := made; at.Nanosecond() != 3_000_000; last = made {
		at = at.Add(250 * time.Microsecond)
		made = id.Of(at)
		require.Less(t, last.String(), made.String())
	}
}
