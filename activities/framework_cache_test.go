package activities

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/builder"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// vertices is what BuildKit said last of each part of a build, and whether it ever said that its cache has it: when layers are then fetched
// from a registry, it says so no more.
type vertices map[digest.Digest]*client.Vertex

func (v vertices) observe(status *client.SolveStatus) {
	for _, vertex := range status.Vertexes {
		if before, ok := v[vertex.Digest]; ok {
			vertex.Cached = vertex.Cached || before.Cached
		}

		v[vertex.Digest] = vertex
	}
}

// instructions are the vertices that do what a line of the Dockerfile says, in the order in which they ended. What FROM names is neither
// made nor kept by a build.
func (v vertices) instructions() []*client.Vertex {
	done := lo.Filter(lo.Values(v), func(vertex *client.Vertex, _ int) bool {
		stage, text, isInstruction := strings.Cut(vertex.Name, "] ")

		return isInstruction && vertex.Completed != nil && stage != "[internal" && stage != "[auth" && !strings.HasPrefix(text, "FROM ")
	})
	slices.SortFunc(done, func(a, b *client.Vertex) int {
		return cmp.Or(a.Completed.Compare(*b.Completed), strings.Compare(a.Name, b.Name))
	})

	return done
}

// that returns the one instruction whose text has the words.
func (v vertices) that(t *testing.T, words string) *client.Vertex {
	t.Helper()

	found := lo.Filter(v.instructions(), func(vertex *client.Vertex, _ int) bool { return strings.Contains(vertex.Name, words) })
	require.Len(t, found, 1, "instructions with %q:\n%s", words, v)

	return found[0]
}

func (v vertices) String() string {
	return strings.Join(lo.Map(v.instructions(), func(vertex *client.Vertex, _ int) string {
		took := vertex.Completed.Sub(lo.FromPtr(vertex.Started)).Round(10 * time.Millisecond)

		return fmt.Sprintf("%8s %s %s", lo.Ternary(vertex.Cached, "cached", took.String()), vertex.Digest.Encoded()[:8], vertex.Name)
	}), "\n")
}

// observedBuild is how a build went.
type observedBuild struct {
	BuildResult
	vertices

	began time.Time
	log   string
}

// exampleApp is an example in a repository.
type exampleApp struct {
	*builderBundle

	repository *testRepository
}

func (b *builderBundle) example(t *testing.T, name string) *exampleApp {
	t.Helper()

	npm.Need(t)

	repository := newRepository(t, nil)
	require.NoError(t, examples.Write(repository.directory, name, examples.NPM))
	repository.commit("The example", nil)

	return &exampleApp{builderBundle: b, repository: repository}
}

// build builds the newest commit.
func (e *exampleApp) build(t *testing.T) observedBuild {
	t.Helper()

	tree := e.open(t, e.clone(t, e.repository))
	plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
	require.NoError(t, err)

	seen := vertices{}
	began := time.Now()

	result, log, err := e.builderBundle.build(t.Context(), BuildRequest{
		ProjectID: e.project, DeploymentID: id.New(), Tree: tree, Plan: plan, Observe: seen.observe,
	})
	require.NoError(t, err, log)
	t.Logf("built in %s:\n%s", time.Since(began).Round(10*time.Millisecond), seen)

	return observedBuild{BuildResult: result, vertices: seen, began: began, log: log}
}

// replace commits a change of one line.
func (e *exampleApp) replace(t *testing.T, file, before, after string) {
	t.Helper()

	content, err := os.ReadFile(e.repository.path(file))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(content), before), file)
	e.repository.commit("One line", map[string]string{file: strings.Replace(string(content), before, after, 1)})
}

func TestFramework_LaterCommits_DoAgainOnlyWhatTheyChange(t *testing.T) {
	t.Parallel()

	for name, line := range map[string]struct{ file, before string }{
		"nextjs": {"app/page.tsx", "Hello from Next.js"},
		"nuxt":   {"app/pages/index.vue", "Hello from Nuxt"},
		"node":   {"src/server.ts", "<h1>Hello from Node"},
		"vite":   {"src/main.ts", "The greeting is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			app := setupFrameworks(t).example(t, name)

			cold := app.build(t)
			require.False(t, cold.that(t, "npm ci").Cached, "a project gets nothing of another's")

			requireLean(t, app.image(t, ImageRepository(app.project), cold.Digest))

			require.Equal(t, cold.Digest, app.build(t).Digest)

			app.repository.date = "2024-05-06T08:09:10Z"
			app.repository.commit("No change", nil)
			requireUnchanged(t, app.build(t), cold)

			app.repository.date = "2024-05-06T09:10:11Z"
			app.replace(t, line.file, line.before, "Changed")
			changed := app.build(t)
			require.NotEqual(t, cold.Digest, changed.Digest)
			require.True(t, changed.that(t, "npm ci").Cached, "dependencies are installed again:\n%s", changed.vertices)
			require.False(t, changed.that(t, "npm run build").Cached, "the change is not built:\n%s", changed.vertices)
		})
	}
}

// requireUnchanged checks that a build did nothing that was done before. Of builds that run at once and do the same, one does it for all: BuildKit
// then tells of the instruction twice, by the number that it has in either Dockerfile, and may have ended it before this build began.
func requireUnchanged(t *testing.T, same, cold observedBuild) {
	t.Helper()

	text := func(instruction *client.Vertex) string {
		_, text, _ := strings.Cut(instruction.Name, "] ")

		return text
	}
	again := lo.GroupBy(same.instructions(), text)
	require.ElementsMatch(t, lo.Keys(lo.GroupBy(cold.instructions(), text)), lo.Keys(again))

	for text, told := range again {
		require.True(t, lo.SomeBy(told, func(instruction *client.Vertex) bool {
			return instruction.Cached || instruction.Completed.Before(same.began)
		}), "done again though nothing changed: %s", text)
	}
}

// requireLean checks that the image's user is not root, and that no package manager has left its cache in it.
func requireLean(t *testing.T, image v1.Image) {
	t.Helper()

	config, err := image.ConfigFile()
	require.NoError(t, err)

	user, _, _ := strings.Cut(config.Config.User, ":")
	require.NotContains(t, []string{"", "0", "root"}, user, "the image's user")

	caches := []string{"/root/.npm/", "/root/.cache/", "/pnpm/", "/app/.next/cache/", "/app/node_modules/.cache/", "/var/cache/apt/", "/var/lib/apt/lists/"}

	for file, size := range sizesOf(t, image) {
		for _, cache := range caches {
			// Base images have empty locks there.
			require.False(t, size > 0 && strings.HasPrefix(file, cache), "%s is in the image", file)
		}
	}
}

func TestFramework_AnotherBuilderWithSharedCache_InstallsNothingAgain(t *testing.T) {
	t.Parallel()

	bundle := setupFrameworks(t)
	bundle.builder.config.SharedCache = true
	app := bundle.example(t, "node")
	require.Contains(t, app.build(t).log, "added ", "npm says so when it installs something")

	folder, err := os.MkdirTemp("/tmp", "zw") //nolint:usetesting // The name of the test would make the path too long for a socket.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	process, err := builder.Buildkitd{
		Home: process.Home(folder), Programs: builder.ProgramsIn(part(t, "ZEITWORK_TEST_BIN")),
		RegistryHost: part(t, "ZEITWORK_TEST_REGISTRY"), RegistryInsecure: true, Mirror: true,
		Bridge: "zwactivities1", Subnet: netip.MustParsePrefix("10.82.6.0/24"),
	}.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, process.Stop(context.WithoutCancel(t.Context()))) })

	bundle.builder.config.Addresses = []string{process.Address()}

	app.repository.date = "2024-05-06T08:09:10Z"
	app.replace(t, "src/server.ts", "<h1>Hello from Node", "<h1>Changed")
	warm := app.build(t)
	require.True(t, warm.that(t, "npm ci").Cached, "the other builder's dependencies are not used:\n%s", warm.vertices)
	require.True(t, warm.that(t, "npm prune").Cached, "the other builder's dependencies are not used:\n%s", warm.vertices)
	require.NotContains(t, warm.log, "added ", "npm has installed something")
	require.False(t, warm.that(t, "npm run build").Cached, "the change is not built:\n%s", warm.vertices)
}
