package cluster_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// app is a project of two instances, each of which answers with a name of its own.
type app struct {
	cluster *cluster.Cluster
	project client.Project
}

func (a *app) client(t *testing.T) *client.ClientWithResponses {
	t.Helper()

	c, err := client.NewClientWithResponses(a.cluster.APIURL(), client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+a.cluster.UserToken())

		return nil
	}))
	require.NoError(t, err)

	return c
}

// deploy makes the app's repository in the folder and deploys it.
func (a *app) deploy(t *testing.T, folder string) {
	t.Helper()

	require.NoError(t, os.CopyFS(folder, os.DirFS("testdata/app")))

	for _, arguments := range [][]string{
		{"init", "-q", "-b", "main"}, {"add", "-A"}, {"-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "app"},
	} {
		output, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", folder}, arguments...)...).CombinedOutput()
		require.NoError(t, err, "%s", output)
	}

	created, err := a.client(t).CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: "app", RepositoryURL: "file://" + folder, AutoDeploy: new(bool), Instances: lo.ToPtr[int64](2), MemoryBytes: lo.ToPtr[int64](128 << 20),
	})
	require.NoError(t, err)
	require.NotNil(t, created.JSON201, "%s", created.Body)
	a.project = *created.JSON201

	started, err := a.client(t).CreateDeploymentWithResponse(t.Context(), a.project.ID, nil, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, started.JSON201, "%s", started.Body)

	a.awaitLive(t, started.JSON201.ID)
}

func (a *app) awaitLive(t *testing.T, id uuid.UUID) {
	t.Helper()

	const patience = 3 * time.Minute

	require.Eventually(t, func() bool {
		answer, err := a.client(t).GetDeploymentWithResponse(t.Context(), id)
		require.NoError(t, err)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)
		require.NotEqual(t, client.DeploymentState("failed"), answer.JSON200.State, "%+v", answer.JSON200.Error)

		return answer.JSON200.State == "live"
	}, patience, 50*time.Millisecond)
}

// find finds the app that an earlier run has deployed.
func (a *app) find(t *testing.T) {
	t.Helper()

	found, err := a.client(t).ListProjectsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, found.JSON200, "%s", found.Body)
	require.Len(t, found.JSON200.Items, 1)

	a.project = found.JSON200.Items[0]
}

// answersFromBothNodes requires that both instances answer through each edge.
func (a *app) answersFromBothNodes(t *testing.T) {
	t.Helper()

	for _, edge := range a.cluster.EdgeURLs() {
		names := map[string]bool{}

		require.Eventually(t, func() bool {
			if status, body, err := a.ask(t, edge); err == nil && status == http.StatusOK {
				names[body] = true
			}

			return len(names) > 1
		}, time.Minute, 20*time.Millisecond, "through %s only %d instances answer", edge, len(names))
	}
}

// answersThrough requires that every one of some requests succeeds.
func (a *app) answersThrough(t *testing.T, edge string) {
	t.Helper()

	const requests = 20

	for range requests {
		status, body, err := a.ask(t, edge)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, "%s", body)
	}
}

func (a *app) ask(t *testing.T, edge string) (int, string, error) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, edge, nil)
	require.NoError(t, err)

	request.Host = strings.TrimPrefix(strings.TrimPrefix(a.project.URL, "http://"), "https://")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()

	body, err := io.ReadAll(response.Body)

	return response.StatusCode, string(body), err
}

// nodesOfVMs returns the name of the node of each VM.
func (a *app) nodesOfVMs(t *testing.T) []string {
	t.Helper()

	connection, err := pgx.Connect(t.Context(), a.cluster.DatabaseURL())
	require.NoError(t, err)
	defer func() { _ = connection.Close(t.Context()) }()

	rows, err := connection.Query(t.Context(), "SELECT nodes.name FROM vms JOIN nodes ON nodes.id = vms.node_id WHERE vms.desired_state = 'running'")
	require.NoError(t, err)

	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)

	return names
}

func (a *app) lastSeen(t *testing.T, node string) time.Time {
	t.Helper()

	answer, err := a.client(t).ListNodesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	found, ok := lo.Find(answer.JSON200.Items, func(n client.Node) bool { return n.Name == node })
	require.True(t, ok)

	return lo.FromPtr(found.LastSeenAt)
}
