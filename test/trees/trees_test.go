package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestTrees_DetectionDecidesWhatIsRight(t *testing.T) {
	t.Parallel()

	for _, tree := range trees(true) {
		t.Run(tree.name, func(t *testing.T) {
			t.Parallel()

			directory := filepath.Join(t.TempDir(), "tree")
			_, err := tree.repository(t.Context(), directory, false)
			require.NoError(t, err)
			// A source has no repository in it.
			require.NoError(t, os.RemoveAll(filepath.Join(directory, ".git")))

			plan, err := detect.Detect(directory, buildplan.Settings{
				RootDirectory: lo.FromPtr(tree.settings.RootDirectory), Variables: append([]string{}, slices.Sorted(maps.Keys(tree.variables))...),
			})

			if tree.planned.refused != nil {
				require.Error(t, err)
				require.True(t, problem.IsUsers(err), "not the user's: %v", err)
				require.Empty(t, missingIn(problem.MessageOf(err), tree.planned.refused), problem.MessageOf(err))

				return
			}

			require.NoError(t, err)
			require.Equal(t, tree.planned.framework, plan.Framework)

			text := strings.Join(append([]string{plan.Reason, plan.Dockerfile, "argument " + strings.Join(plan.Arguments, ", ")}, plan.Notes...), "\n")
			require.Empty(t, missingIn(text, tree.planned.says), text)

			for _, silent := range tree.planned.silent {
				require.NotContains(t, text, silent)
			}

			if tree.planned.open != "" {
				t.Logf("`go tool task test:trees -- -only %s` shows the rest: %s", tree.number(), tree.planned.open)
			}
		})
	}
}

func TestTrees_EachFolderIsListedAndSaysWhatIsRight(t *testing.T) {
	t.Parallel()

	folders, err := fs.ReadDir(testdata, "testdata")
	require.NoError(t, err)

	all := trees(true)
	require.Equal(t, lo.Map(folders, func(f fs.DirEntry, _ int) string { return f.Name() }), lo.Map(all, func(t tree, _ int) string { return t.name }))
	require.Len(t, lo.UniqBy(all, tree.number), len(all), "two trees have one number")

	for _, tree := range slices.Concat(all, trees(false)) {
		require.NotEmpty(t, tree.source, tree.name)
		require.NotEmpty(t, tree.right, tree.name)

		end := tree.end()
		require.NotEqual(t, end.text == "", len(end.fails) == 0, "%s either answers or fails", tree.name)
		// A failure that is none of detection's has to say what it is of.
		require.True(t, len(tree.planned.refused) > 0 || len(end.fails) == 0 || tree.planned.open != "", "%s fails, and detection does not see it", tree.name)
	}
}
