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
