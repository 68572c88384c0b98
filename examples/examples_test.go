package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrite_EachManager_HasItsOwnLockfileAndNoOther(t *testing.T) {
	t.Parallel()

	lockfiles := map[string]string{NPM: "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn1": "yarn.lock", "yarn4": "yarn.lock", "bun": "bun.lock"}

	for _, name := range []string{"nextjs", "nuxt", "node", "vite"} {
		for _, manager := range Managers {
			dir := t.TempDir()
			require.NoError(t, Write(dir, name, manager))
			require.FileExists(t, filepath.Join(dir, "package.json"))

			for other, lockfile := range lockfiles {
				if lockfile == lockfiles[manager] {
					require.FileExists(t, filepath.Join(dir, lockfile), "%s with %s", name, manager)
				} else {
					require.NoFileExists(t, filepath.Join(dir, lockfile), "%s with %s has that of %s", name, manager, other)
				}
			}
		}
	}
}

func TestWrite_IntoADirectoryThatHasFiles_ReplacesNone(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte("mine"), 0o600))
	require.ErrorIs(t, Write(dir, "node", NPM), os.ErrExist)
}
