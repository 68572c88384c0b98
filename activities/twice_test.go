package activities

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/id"
)

// tags returns the tags of a repository in the registry.
func (b *testBundle) tags(t *testing.T, path string) []string {
	t.Helper()

	repository, err := b.registry.repository(path)
	require.NoError(t, err)

	tags, err := remote.List(repository, remote.WithContext(t.Context()))
	require.NoError(t, err)

	return tags
}

// otherWorker returns what a worker on another machine has: the same configuration and nothing on its disk.
func (b *builderBundle) otherWorker(t *testing.T) *builderBundle {
	t.Helper()

	other := &builderBundle{testBundle: &testBundle{project: b.project, key: b.key, config: b.config}}
	other.config.Directory = filepath.Join(t.TempDir(), "sources")
	other.registry = NewRegistry(b.registry.config, b.key)
	other.source = other.newSource(t)
	other.builder = NewBuilder(b.builder.config, other.registry, b.key)

	return other
}

// TestTwice_EveryActivity is the promise that a step which is begun again, here or on another machine, finds what was done and adds nothing.
func TestTwice_EveryActivity_HereAndOnAnotherWorker_IsOnce(t *testing.T) {
	t.Parallel()

	first := setupBuilder(t)
	repository := newApp(t, toolDockerfile+`RUN ["/tool", "random"]`+"\nCMD [\"/tool\"]\n")
	deployment := id.New()

	type outcome struct {
		clone  CloneResult
		plan   buildplan.Plan
		build  BuildResult
		image  Image
		source []string
		images []string
	}

	deploy := func(worker *builderBundle, commit string) (outcome, string) {
		clone, err := worker.source.Clone(t.Context(), CloneRequest{
			ProjectID: worker.project, RepositoryURL: repository.url(), Branch: "main", Commit: commit,
		})
		require.NoError(t, err)

		tree := worker.open(t, clone)
		plan, err := detect.Detect(tree.Dir, buildplan.Settings{})
		require.NoError(t, err)

		built, log, err := worker.build(t.Context(), BuildRequest{ProjectID: worker.project, DeploymentID: deployment, Tree: tree, Plan: plan})
		require.NoError(t, err, log)

		image, err := worker.registry.Publish(t.Context(), worker.project, deployment, built.Digest)
		require.NoError(t, err)

		return outcome{
			clone, plan, built, image, worker.tags(t, sourceRepository(worker.project)), worker.tags(t, ImageRepository(worker.project)),
		}, log
	}

	want, _ := deploy(first, "")
	require.Equal(t, []string{want.clone.Commit}, want.source)
	require.Equal(t, []string{deployment.String()}, want.images)

	// From here on only what the first run left can answer.
	require.NoError(t, os.RemoveAll(repository.directory))

	for name, worker := range map[string]*builderBundle{"here": first, "on another worker": first.otherWorker(t)} {
		got, log := deploy(worker, want.clone.Commit)
		require.Equal(t, want, got, name)
		require.Contains(t, log, "[1/2] COPY tool /tool: cached\n", name)
		require.Contains(t, log, `[2/2] RUN ["/tool", "random"]: cached`+"\n", name)
	}
}
