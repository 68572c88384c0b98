package cli

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAgo_IsTheLargestUnit(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		for passed, want := range map[time.Duration]string{
			-time.Second:                   "now",
			500 * time.Millisecond:         "now",
			59 * time.Second:               "59 s ago",
			90 * time.Second:               "1 min ago",
			5*time.Hour + 3*time.Minute:    "5 h ago",
			47 * time.Hour:                 "47 h ago",
			1032*time.Hour + 5*time.Minute: "43 days ago",
			100 * 24 * time.Hour:           time.Now().Add(-100 * 24 * time.Hour).Local().Format(time.DateOnly), //nolint:gosmopolitan // As people read it.
		} {
			require.Equal(t, want, ago(time.Now().Add(-passed)), passed)
		}
	})
}
