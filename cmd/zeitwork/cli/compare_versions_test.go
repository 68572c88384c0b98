package cli

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompareVersions_NumbersCountAsNumbers(t *testing.T) {
	t.Parallel()

	sorted := []string{"", "1.7.24~ds1", "2.1", "2.1.4", "2.10.0", "6.9.1-amd64", "6.12.0-41-generic", "6.12.0-100-generic", "v1.2.3"}
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, compareVersions)
	require.Equal(t, sorted, shuffled)
}
