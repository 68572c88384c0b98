package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// manyDeployments answers with two pages of deployments: 50 that failed, and one behind them that was live.
func manyDeployments(t *testing.T) *fakeAPI {
	t.Helper()

	const list = "GET /v1/projects/" + projectID + "/deployments"

	failed := make([]string, 0, 50)
	for range 50 {
		failed = append(failed, `{"id":"`+id.New().String()+`","state":"failed"}`)
	}

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers[list] = `{"items":[` + strings.Join(failed, ",") + `],"next_cursor":"behind"}`
	f.answers[list+"?cursor=behind"] = `{"items":[{"id":"` + rollbackID + `","state":"retired"}]}`
	f.answers[list+"?cursor=behind&environment_id="+projectID] = f.answers[list+"?cursor=behind"]
	f.answers["POST /v1/deployments/"+rollbackID+"/rollback"] = `{"id":"` + createdID + `","trigger":"rollback"}`

	return f
}

func TestRollback_LooksBehindTheNewestFifty(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, manyDeployments(t))
	require.Equal(t, ExitOK, b.run(t, "rollback", "-p", "shop", "-d"), b.err.String())
	require.Contains(t, b.out.String(), createdID)
}

func TestDeployments_ListThatIsCut_SaysSo(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, manyDeployments(t))
	require.Equal(t, ExitOK, b.run(t, "deployments", "-p", "shop"))
	require.NotContains(t, b.out.String(), rollbackID)
	require.Contains(t, b.err.String(), "--all")

	require.Equal(t, ExitOK, b.run(t, "deployments", "-p", "shop", "--all"))
	require.Contains(t, b.out.String(), rollbackID)
	require.Empty(t, b.err.String())
}

func TestRollback_WithoutAnArgument_MeansTheOneBeforeTheLiveOne(t *testing.T) {
	t.Parallel()

	failed, before, live := id.New(), id.New(), id.New()
	project := &client.Environment{LiveDeploymentID: &live}

	require.False(t, earlier(project, client.Deployment{ID: live, State: client.DeploymentStateLive}))
	require.False(t, earlier(project, client.Deployment{ID: failed, State: client.DeploymentStateFailed}))
	require.True(t, earlier(project, client.Deployment{ID: before, State: client.DeploymentStateRetired}))
	require.True(t, earlier(project, client.Deployment{ID: before, State: client.DeploymentStateLive}), "it drains")
}
