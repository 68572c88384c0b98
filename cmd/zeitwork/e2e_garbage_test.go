package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// imageFile is what the registry has of an image as long as it can be pulled.
func imageFile(project client.Project, deployment client.Deployment) string {
	return filepath.Join(shared.folder, "data/registry/data/docker/registry/v2/repositories/projects", project.ID.String(),
		"_manifests/revisions/sha256", strings.TrimPrefix(lo.FromPtr(deployment.ImageDigest), "sha256:"), "link")
}

// The tests' platform keeps two releases beside the live one.
func TestGarbage_ImageThatNobodyMayGoBackTo_LeavesTheRegistry(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, serving("zero"))
	project := p.project(t, r)

	var releases [4]client.Deployment

	for i, text := range []string{"zero", "one", "two", "three"} {
		if i > 0 {
			r.push(serving(text))
		}

		releases[i] = p.live(t, project)
	}

	require.Eventually(t, func() bool {
		_, err := os.Stat(imageFile(project, releases[0]))

		return os.IsNotExist(err)
	}, time.Minute, 50*time.Millisecond, "the oldest image stays")

	for _, kept := range releases[1:] {
		require.FileExists(t, imageFile(project, kept))
	}

	refused, err := p.client.RollbackWithResponse(t.Context(), releases[0].ID, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "Redeploy it")

	answer, err := p.client.RollbackWithResponse(t.Context(), releases[1].ID, nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON201, "%s", answer.Body)
	require.Equal(t, client.DeploymentState("live"), p.ended(t, answer.JSON201.ID).State)
	p.answers(t, project, "one")

	again, err := p.client.RedeployWithResponse(t.Context(), releases[0].ID, nil)
	require.NoError(t, err)
	require.NotNil(t, again.JSON201, "%s", again.Body)

	rebuilt := p.ended(t, again.JSON201.ID)
	require.Equal(t, client.DeploymentState("live"), rebuilt.State, "%+v", rebuilt.Error)
	p.answers(t, project, "zero")
	require.FileExists(t, imageFile(project, rebuilt))
}
