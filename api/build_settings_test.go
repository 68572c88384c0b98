package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestCheckBuild_RefusesWhatNoProcessCanBeGiven(t *testing.T) {
	t.Parallel()

	require.NoError(t, checkBuild(nil, nil))
	require.NoError(t, checkBuild(new("bin/rails db:prepare && echo done"), []string{"NPM_TOKEN", "_A1"}))

	for _, name := range []string{"", "1A", "A-B", "A=B", "A B", "Ä", "BUILDKIT_CACHE_MOUNT_NS", "buildkit_x"} {
		require.Equal(t, problem.Invalid, problem.CodeOf(checkBuild(nil, []string{name})), name)
	}

	require.ErrorContains(t, checkBuild(new("echo \x00"), nil), "NUL")
}
