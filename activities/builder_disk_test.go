package activities

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestBuild_WritesWithoutEnd_FailsWithTheSentence_AndABuildBesideItSucceeds(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	buildkitd := ownBuildkitd(t, "zwactivities2", "10.82.8.0/24")
	buildkitd.StepBytes, buildkitd.Builds = 100e6, 7

	process, err := buildkitd.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, process.Stop(context.WithoutCancel(t.Context()))) })

	bundle.builder.config.Addresses = []string{process.Address()}

	var group errgroup.Group

	group.Go(func() error {
		request := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "write", "20000000000"]`+"\n"))
		_, log, err := bundle.build(t.Context(), request)
		requireUsers(t, err, "Dockerfile, line 3: `RUN [\"/tool\", \"write\", \"20000000000\"]` wrote more than 0.1 GB to the disk")
		require.Contains(t, log, "stderr: zeitwork: ended this instruction")

		return nil
	})
	group.Go(func() error {
		request := bundle.request(t, newApp(t, toolDockerfile+`RUN ["/tool", "write", "20000000"]`+"\n"))
		_, log, err := bundle.build(t.Context(), request)
		require.NoError(t, err, log)
		require.Equal(t, 1, strings.Count(log, "stdout: <nil>"), log)

		return nil
	})
	require.NoError(t, group.Wait())

	// It says how many builds it takes.
	buildkit, err := bundle.builder.connectTo(t.Context(), process.Address())
	require.NoError(t, err)

	room, answers := ask(t.Context(), buildkit)
	require.True(t, answers)
	require.Equal(t, 7, room)
	require.NoError(t, buildkit.Close())
}
