package architecture_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPackages_SayWhatTheyAreFor(t *testing.T) {
	t.Parallel()

	comments := map[string]string{}

	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}

		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return err
		}

		comments[filepath.Dir(path)] += file.Doc.Text()

		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, comments)

	for folder, comment := range comments {
		name := filepath.Base(folder)
		if !strings.HasPrefix(comment, "Package ") && !strings.HasPrefix(comment, "Command ") {
			t.Errorf("package %s (%s) lacks a comment that starts with %q or %q", name, folder, "Package "+name, "Command "+name)
		}
	}
}
