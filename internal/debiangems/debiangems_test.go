package debiangems

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestEnsure_MakesTheGemsOfTheExampleAndItsLockfile(t *testing.T) {
	t.Parallel()

	if os.Getuid() != 0 {
		t.Skip("making gems needs root")
	}

	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		t.Skip("mmdebstrap is not installed: run through `go tool task test`")
	}

	cache := lo.CoalesceOrEmpty(os.Getenv("ZEITWORK_CACHE_DIR"), "/var/cache/zeitwork")

	gemfile, err := os.ReadFile(filepath.Join("..", "..", "examples", "rails", "Gemfile"))
	require.NoError(t, err)

	folder, err := Ensure(t.Context(), cache, gemfile)
	require.NoError(t, err)

	again, err := Ensure(t.Context(), cache, gemfile)
	require.NoError(t, err)
	require.Equal(t, folder, again)

	for _, gem := range []string{"rails-7.2.*.gem", "activerecord-7.2.*.gem", "propshaft-1.*.gem", "sqlite3-1.7.*.gem", "puma-6.*.gem", "bootsnap-1.*.gem"} {
		found, err := filepath.Glob(filepath.Join(folder, "vendor", "cache", gem))
		require.NoError(t, err)
		require.Len(t, found, 1, gem)
	}

	lock, err := os.ReadFile(filepath.Join(folder, "Gemfile.lock"))
	require.NoError(t, err)
	require.Contains(t, string(lock), "PLATFORMS\n")
	require.Contains(t, string(lock), "    rails (7.2.")
}

func TestEnsure_GemThatNoPackageIsKnownToHold_IsNamed(t *testing.T) {
	t.Parallel()

	_, err := Ensure(t.Context(), t.TempDir(), []byte("gem \"rails\"\ngem \"devise\", \"~> 4.9\"\n"))
	require.ErrorContains(t, err, "devise")
}
