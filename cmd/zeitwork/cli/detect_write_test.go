package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

func TestWriteDockerfile_AtTheTop_IsWhereDockerBuildFindsIt(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	plan := buildplan.Plan{Dockerfile: "FROM scratch\n", Dockerignore: "node_modules\n"}

	written, err := writeDockerfile(dir, buildplan.Settings{}, plan)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "Dockerfile"), filepath.Join(dir, "Dockerfile.dockerignore")}, written)
	require.Equal(t, "Commit it, and it is what is built.", commitAdvice(buildplan.Settings{}, plan))

	content, err := os.ReadFile(written[0])
	require.NoError(t, err)
	require.Equal(t, plan.Dockerfile, string(content))

	_, err = writeDockerfile(dir, buildplan.Settings{}, buildplan.Plan{Dockerfile: "FROM other\n"})
	require.ErrorContains(t, err, "Dockerfile is there already")

	content, err = os.ReadFile(written[0])
	require.NoError(t, err)
	require.Equal(t, plan.Dockerfile, string(content))
}

func TestWriteDockerfile_InARootDirectory_StandsThere(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "web"), 0o755))

	written, err := writeDockerfile(dir, buildplan.Settings{RootDirectory: "./web/"}, buildplan.Plan{Dockerfile: "FROM scratch\n"})
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "web", "Dockerfile")}, written)
}

func TestWriteDockerfile_InAWorkspace_StandsAboveTheAppAndSaysHowTheProjectFindsIt(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	settings := buildplan.Settings{RootDirectory: "apps/web"}
	plan := buildplan.Plan{Dockerfile: "FROM scratch\n", Context: "."}

	written, err := writeDockerfile(dir, settings, plan)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "web.Dockerfile")}, written)
	require.Equal(t, `Commit it, and set the project's root directory to "." and its Dockerfile to web.Dockerfile.`, commitAdvice(settings, plan))
}

func TestWriteDockerfile_SourceHasOne_IsRefused(t *testing.T) {
	t.Parallel()

	_, err := writeDockerfile(t.TempDir(), buildplan.Settings{}, buildplan.Plan{DockerfilePath: "Dockerfile"})
	require.ErrorContains(t, err, "has a Dockerfile already")
}
