package nodeagent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoff_DoublesUpToItsLimitAndStartsAnew(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		b := backoff{first: time.Second, last: 5 * time.Second}

		waited := make([]time.Duration, 0, 5)

		for range 5 {
			began := time.Now()

			b.pause(t.Context())

			waited = append(waited, time.Since(began))
		}

		require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second}, waited)

		b.reset()

		began := time.Now()

		b.pause(t.Context())
		require.Equal(t, time.Second, time.Since(began))
	})
}
