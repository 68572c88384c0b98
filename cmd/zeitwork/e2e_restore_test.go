package main_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestProjects_DeletedAndRestored_ServeAgainWithoutABuild(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	project := p.project(t, newRepository(t, serving("here")))
	before := p.live(t, project)
	p.answers(t, project, "here")

	code, _, said := p.command(t, "projects", "delete", project.Slug, "--yes")
	require.Zero(t, code, said)
	require.Contains(t, said, "zeitwork projects restore "+project.Slug)

	require.Eventually(t, func() bool {
		answer, err := p.get(t.Context(), project, "/")

		return err == nil && answer.Status == http.StatusNotFound
	}, 5*time.Second, 5*time.Millisecond, "the edge answers for a project that is deleted")

	p.nothingLeft(t, before.ID)
	require.FileExists(t, imageFile(project, before))

	code, said, failed := p.command(t, "projects", "restore", project.Slug)
	require.Zero(t, code, failed)
	require.Contains(t, said, project.Slug+" is back.")

	after := p.ended(t, p.deployments(t, project)[0].ID)
	require.Equal(t, client.DeploymentState("live"), after.State, "%+v", after.Error)
	require.Equal(t, client.DeploymentTrigger("restore"), after.Trigger)
	require.Equal(t, before.ImageDigest, after.ImageDigest)
	require.NotContains(t, lo.Map(*after.Timeline, func(s client.StepAttempt, _ int) string { return s.Step }), "build")
	p.answers(t, project, "here")

	code, _, said = p.command(t, "projects", "delete", project.Slug, "--for-good", "--yes")
	require.Zero(t, code, said)

	p.nothingLeft(t, after.ID)
	require.Eventually(t, func() bool {
		_, err := os.Stat(imageFile(project, before))

		return os.IsNotExist(err)
	}, time.Minute, 50*time.Millisecond, "the image of a project that is deleted for good stays")
}
