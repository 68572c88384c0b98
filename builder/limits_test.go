package builder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuildProcesses_Limit_TheirGroupHasItsLimitsAndGoesWithThem(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("control groups are made by root")
	}

	builds := buildProcesses{cgroup: "zeitwork-build-limits-test", root: t.TempDir()}
	t.Cleanup(func() { require.NoError(t, builds.removeCgroups()) })

	wanted := limits{memoryBytes: 1 << 30, processes: 1000}

	require.NoError(t, builds.limit(limits{}))
	require.NoError(t, builds.limit(wanted), "a group that an earlier run has left")

	values := valuesOf(t, builds.cgroup)
	require.NotEmpty(t, values)

	for file, value := range values {
		require.Equal(t, map[string]string{
			"cpu.shares": "256", "cpu.weight": "25", "memory.limit_in_bytes": "1073741824", "memory.max": "1073741824", "pids.max": "1000",
		}[file], value, file)
	}

	require.NoError(t, builds.removeCgroups())

	left, err := filepath.Glob(filepath.Join(cgroups, "*", builds.cgroup))
	require.NoError(t, err)
	require.Empty(t, left)
}

// valuesOf returns the limits of a control group, whichever version has it.
func valuesOf(t *testing.T, cgroup string) map[string]string {
	t.Helper()

	values := map[string]string{}

	// Of version 2, and of each controller of version 1.
	for _, hierarchy := range []string{"", "*"} {
		folders, err := filepath.Glob(filepath.Join(cgroups, hierarchy, cgroup))
		require.NoError(t, err)

		for _, folder := range folders {
			for _, file := range []string{"cpu.shares", "cpu.weight", "memory.limit_in_bytes", "memory.max", "pids.max"} {
				if content, err := os.ReadFile(filepath.Join(folder, file)); err == nil {
					values[file] = strings.TrimSpace(string(content))
				}
			}
		}
	}

	return values
}
