package builder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuildProcesses_Limit_TheirGroupHasALowerShareAndGoesWithThem(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("control groups are made by root")
	}

	builds := buildProcesses{cgroup: "zeitwork-build-share-test", root: t.TempDir()}
	t.Cleanup(func() { require.NoError(t, builds.removeCgroups()) })

	require.NoError(t, builds.limit())
	require.NoError(t, builds.limit(), "a group that an earlier run has left")

	var shares []string

	for _, pattern := range []string{"*/cpu.shares", "*/*/cpu.shares", "*/cpu.weight"} {
		found, err := filepath.Glob(filepath.Join(cgroups, pattern))
		require.NoError(t, err)

		for _, file := range found {
			if filepath.Base(filepath.Dir(file)) == builds.cgroup {
				content, err := os.ReadFile(file)
				require.NoError(t, err)

				shares = append(shares, strings.TrimSpace(string(content)))
			}
		}
	}

	require.NotEmpty(t, shares)

	for _, share := range shares {
		require.Contains(t, []string{"256", "25"}, share)
	}

	require.NoError(t, builds.removeCgroups())

	left, err := filepath.Glob(filepath.Join(cgroups, "*", builds.cgroup))
	require.NoError(t, err)
	require.Empty(t, left)
}
