package toolchain_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

func TestBeside_ProgramOfARelease_FindsItsDaemonsThroughLinksToo(t *testing.T) {
	t.Parallel()

	release, elsewhere := t.TempDir(), t.TempDir()
	program, link := filepath.Join(release, "zeitwork"), filepath.Join(elsewhere, "zeitwork")
	write(t, program, "")
	require.NoError(t, os.Symlink(program, link))
	require.Empty(t, toolchain.Beside(program), "a program alone")

	shim := filepath.Join(release, toolchain.BesideName, "containerd-shim-runc-v2")
	write(t, shim, "")
	require.Empty(t, toolchain.Beside(program), "a folder of that name whose files are no programs")

	require.NoError(t, os.Chmod(shim, 0o700))

	for _, path := range []string{program, link} {
		require.Equal(t, filepath.Dir(shim), toolchain.Beside(path))
	}
}
