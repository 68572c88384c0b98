package architecture_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mayImportLocal are the files of the product that know the platform on one machine, each with the reason.
func mayImportLocal() map[string]string {
	return map[string]string{
		"cmd/zeitwork/up*.go":      "`zeitwork up` is the platform on one machine",
		"cmd/zeitwork/operator.go": "services take the hidden flag by which a local cluster finds its own in the list of processes",
	}
}

func TestLocal_IsKnownOnlyToTheFilesOfUp(t *testing.T) {
	t.Parallel()

	root := filepath.Join("..", "..")
	used := map[string]bool{}

	err := filepath.WalkDir(filepath.Join(root, "cmd"), func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || !importsLocal(t, file) {
			return err
		}

		relative, err := filepath.Rel(root, file)
		require.NoError(t, err)

		allowed := false

		for pattern := range mayImportLocal() {
			matches, err := path.Match(pattern, relative)
			require.NoError(t, err)

			if matches {
				allowed, used[pattern] = true, true
			}
		}

		if !allowed {
			t.Errorf("%s imports local: of the product only `up` runs a platform, and each other file needs a reason in this test", relative)
		}

		return nil
	})
	require.NoError(t, err)

	for pattern := range mayImportLocal() {
		require.True(t, used[pattern], "no file of %s imports local any more: take it out of this test", pattern)
	}
}

func importsLocal(t *testing.T, file string) bool {
	t.Helper()

	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)

	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)

		if room(imported) == "local" {
			return true
		}
	}

	return false
}
