package activities

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// nodeWorkspace is a server in a workspace of npm's, without dependencies from outside, whose scripts need the sources.
func nodeWorkspace() map[string]string {
	return map[string]string{
		"package.json":      `{"name":"top","private":true,"workspaces":["apps/*","packages/*"],"scripts":{"postinstall":"node scripts/after.js"}}`,
		"scripts/after.js":  `require("fs").writeFileSync("after.txt", "after the installation, ")`,
		".npmrc":            "//registry.example.com/:_authToken=${REGISTRY_TOKEN}\n",
		"package-lock.json": nodeWorkspaceLock,
		"packages/words/package.json": `{"name":"@acme/words","version":"1.0.0","main":"built.js",
			"scripts":{"prepare":"npm run build","build":"node build.js"}}`,
		"packages/words/build.js": `require("fs").writeFileSync("built.js", "module.exports = 'hello'")`,
		"apps/api/package.json": `{"name":"api","private":true,"dependencies":{"@acme/words":"*"},
			"scripts":{"build":"node build.js","start":"node server.js"}}`,
		"apps/api/build.js": `require("fs").writeFileSync("built.json", JSON.stringify({
			public: process.env.VITE_TITLE, secret: process.env.LICENCE.length, token: process.env.REGISTRY_TOKEN ?? "none", other: process.env.DATABASE_URL ?? "none" }))`,
		"apps/api/server.js": `const words = require("@acme/words"), fs = require("fs")
			require("http").createServer((_, response) => response.end(fs.readFileSync("../../after.txt") + words + " " + fs.readFileSync("built.json")))
				.listen(process.env.PORT)`,
	}
}

const nodeWorkspaceLock = `{"name":"top","lockfileVersion":3,"requires":true,"packages":{
	"":{"name":"top","hasInstallScript":true,"workspaces":["apps/*","packages/*"]},
	"apps/api":{"dependencies":{"@acme/words":"*"}},
	"node_modules/@acme/words":{"resolved":"packages/words","link":true},
	"node_modules/api":{"resolved":"apps/api","link":true},
	"packages/words":{"name":"@acme/words","version":"1.0.0"}}}`

func TestNodeServer_InAWorkspace_SeesOfTheEnvironmentWhatItIsToSee(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	repository := newRepository(t, nodeWorkspace())
	secrets := map[string]string{"VITE_TITLE": "Title", "LICENCE": "12345", "REGISTRY_TOKEN": "hidden", "DATABASE_URL": "postgres://"}
	settings := buildplan.Settings{
		RootDirectory: "apps/api", Variables: []string{"VITE_TITLE", "LICENCE", "REGISTRY_TOKEN", "DATABASE_URL"}, BuildVariables: []string{"LICENCE"},
	}

	build := func() (BuildResult, string) {
		tree := bundle.open(t, bundle.clone(t, repository))
		plan, err := detect.Detect(tree.Dir, settings)
		require.NoError(t, err)

		result, log, err := bundle.build(t.Context(), BuildRequest{
			ProjectID: bundle.project, DeploymentID: id.New(), Tree: tree, Plan: plan, RootDirectory: settings.RootDirectory, Secrets: secrets,
		})
		require.NoError(t, err, log)

		return result, log
	}

	result, _ := build()
	running := runImage(t, bundle.image(t, ImageRepository(bundle.project), result.Digest))
	t.Cleanup(running.kill)

	_, body := running.get(t, http.MethodGet, "/")
	require.Equal(t, `after the installation, hello {"public":"Title","secret":5,"token":"none","other":"none"}`, body)

	// A change of one line installs nothing.
	repository.commit("Other words", map[string]string{"packages/words/build.js": `require("fs").writeFileSync("built.js", "module.exports = 'bye'")`})

	changed, log := build()
	require.NotEqual(t, result, changed)
	requireCached(t, log, " npm ci ")

	// An unchanged commit is cached as a whole.
	again, log := build()
	require.Equal(t, changed, again)
	requireCached(t, log, "] RUN ", "] COPY ")
}

// requireCached requires that nothing with those words was done.
func requireCached(t *testing.T, log string, words ...string) {
	t.Helper()

	for _, word := range words {
		lines := lo.Filter(strings.Split(log, "\n"), func(line string, _ int) bool { return strings.Contains(line, word) })
		require.NotEmpty(t, lines, log)

		for _, line := range lines {
			require.Contains(t, line, ": cached", log)
		}
	}
}

func TestSite_BuildThatLeavesNothing_IsExplained(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	tree := bundle.open(t, bundle.clone(t, newRepository(t, map[string]string{
		"package.json": `{"scripts":{"build":"true"},"devDependencies":{"vite":"file:./tools/vite"}}`, "tools/vite/package.json": `{"name":"vite","version":"8.0.0"}`,
	})))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)
	require.Equal(t, buildplan.FrameworkStatic, plan.Framework)

	_, _, err = bundle.build(t.Context(), BuildRequest{ProjectID: bundle.project, DeploymentID: id.New(), Tree: tree, Plan: plan})
	requireUsers(t, err, "The build made no dist. Leave its configuration's output directory as it is by default")
}

func TestBuild_NodesHeapIsFull_SaysHowMuchOfTheMemoryItMayTake(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	tree := bundle.open(t, bundle.clone(t, newRepository(t, map[string]string{
		"package.json": `{"scripts":{"build":"node --max-old-space-size=16 fill.js","start":"node server.js"}}`,
		"fill.js":      "const all = []; for (;;) all.push(new Array(1000).fill(0).map((_, i) => ({ i })))",
	})))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)

	bundle.builder.config.MemoryBytes = 2 << 30
	_, _, err = bundle.build(t.Context(), BuildRequest{ProjectID: bundle.project, DeploymentID: id.New(), Tree: tree, Plan: plan})
	requireUsers(t, err, "Node's heap was full, as large as the build script lets it be. Raise max-old-space-size there, to 1536 at most")
}

func TestNodeServer_OfOtherManagers_HasItsDependenciesAndNeitherThoseOfTheBuildNorTheManager(t *testing.T) {
	t.Parallel()
	npm.Need(t)

	for _, manager := range []string{"pnpm", "yarn4", "bun"} {
		t.Run(manager, func(t *testing.T) {
			t.Parallel()

			directory := t.TempDir()
			require.NoError(t, examples.Write(directory, "node", manager))

			_, image := setupFrameworks(t).buildTree(t, directory, buildplan.Settings{})
			files := strings.Join(lo.Keys(sizesOf(t, image)), "\n")

			require.Regexp(t, `(?m)^/app/node_modules/.*hono/package\.json$`, files)
			require.NotRegexp(t, `(?m)^/app/node_modules/.*(?:typescript|@types/node)/package\.json$`, files)
			require.NotRegexp(t, `(?m)^/usr/local/lib/node_modules/(?:pnpm|yarn|@yarnpkg|bun)/`, files)

			running := runImage(t, image)
			t.Cleanup(running.kill)

			response, body := running.get(t, http.MethodGet, "/")
			require.Equal(t, http.StatusOK, response.StatusCode, running.log())
			require.Contains(t, body, "Hello from Node")
		})
	}
}
