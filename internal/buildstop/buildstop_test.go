package buildstop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/buildstop"
)

func TestWords_AreKnownAgain(t *testing.T) {
	t.Parallel()

	for bytes, want := range map[int64]string{10e9: "10 GB", 1 << 30: "1.074 GB", 2500e9: "2500 GB", 1: "1e-09 GB"} {
		limit, found := buildstop.LimitIn("npm warn deprecated\n" + buildstop.TooMuch(bytes) + "\n")
		require.True(t, found)
		require.Equal(t, want, limit)
	}

	_, found := buildstop.LimitIn("it said: " + buildstop.TooMuch(1) + "\n" + buildstop.NearlyFull())
	require.False(t, found)
	require.True(t, buildstop.SaysNearlyFull("x\n"+buildstop.NearlyFull()))
	require.False(t, buildstop.SaysNearlyFull(buildstop.TooMuch(1)))
}
