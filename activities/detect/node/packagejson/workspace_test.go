package packagejson_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
)

func files(contents map[string]string) fs.FS {
	return fstest.MapFS(lo.MapValues(contents, func(content, _ string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }))
}

func TestWorkspaceTop_IsWhereThePatternsTakeInTheApp(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ top, manifest, app, directory string }{
		"npm, Yarn and bun":          {".", `{"workspaces":["apps/*"]}`, "apps/web", "apps/web"},
		"Yarn 1, an object":          {".", `{"workspaces":{"packages":["apps/**"]}}`, "apps/a/web", "apps/a/web"},
		"below the top of all files": {"repo", `{"workspaces":["apps/*"]}`, "repo/apps/web", "apps/web"},
		"excluded":                   {"apps/web", `{"workspaces":["apps/*","!apps/web"]}`, "apps/web", "."},
		"other packages":             {"apps/web", `{"workspaces":["packages/*"]}`, "apps/web", "."},
		"no workspace":               {"apps/web", `{}`, "apps/web", "."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			manifest := "package.json"
			if test.top == "repo" {
				manifest = "repo/package.json"
			}

			top, directory, err := packagejson.WorkspaceTop(files(map[string]string{manifest: test.manifest, test.app + "/package.json": "{}"}), test.app)
			require.NoError(t, err)
			require.Equal(t, test.top, top)
			require.Equal(t, test.directory, directory)
		})
	}
}

func TestNeededBy_PackagesComeBehindThoseThatTheyDependOn(t *testing.T) {
	t.Parallel()

	packages, err := packagejson.WorkspacePackages(files(map[string]string{
		"package.json": "{}", "pnpm-workspace.yaml": "packages:\n  - apps/*\n  - packages/*\n", "packages/ui/node_modules/x/package.json": `{"name":"x"}`,
		"apps/web/package.json": `{"name":"web","dependencies":{"ui":"workspace:*"}}`, "packages/docs/package.json": `{"name":"docs"}`,
		"packages/ui/package.json":     `{"name":"ui","dependencies":{"tokens":"workspace:*","react":"^19.0.0"}}`,
		"packages/tokens/package.json": `{"name":"tokens","devDependencies":{"ui":"workspace:*"}}`,
	}))
	require.NoError(t, err)

	directoryOf := func(known packagejson.Package, _ int) string { return known.Directory }
	require.Equal(t, []string{"apps/web", "packages/docs", "packages/tokens", "packages/ui"}, lo.Map(packages, directoryOf))
	require.Equal(t, []string{"packages/tokens", "packages/ui"}, lo.Map(packagejson.NeededBy(packages[0], packages), directoryOf))
}
