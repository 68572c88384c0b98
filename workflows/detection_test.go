package workflows

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// detect asks for a detection of the GitHub repository.
func (b *testBundle) detect(t *testing.T, g *gitHub, change func(*DetectionRequest)) database.Detection {
	t.Helper()

	request := DetectionRequest{
		OrganisationID: b.organisation, RepositoryURL: g.server.URL + "/acme/shop.git", RepositoryID: &g.Repository, InstallationID: &g.row,
		Branch: "main", DockerfilePath: "Dockerfile",
	}
	if change != nil {
		change(&request)
	}

	created, err := b.deployments.Detect(b.ctx, request)
	require.NoError(t, err)

	return created
}

func (b *testBundle) detection(t *testing.T, id uuid.UUID) database.Detection {
	t.Helper()

	row, err := b.queries.GetDetectionOf(b.ctx, id, b.organisation)
	require.NoError(t, err)

	return row
}

// detected waits until a detection is done.
func (b *testBundle) detected(t *testing.T, id uuid.UUID) (database.Detection, Detected) {
	t.Helper()

	require.Eventually(t, func() bool { return b.detection(t, id).State != DetectionQueued }, patienceOfTests, 5*time.Millisecond)

	row := b.detection(t, id)
	found := Detected{}

	if row.Result != nil {
		require.NoError(t, json.Unmarshal(row.Result, &found))
	}

	return row, found
}

func TestDetect_OfAPrivateRepository_SaysHowItWouldBeBuilt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	commit := g.server.Push(g.Repository, "main", fakegithub.Commit{Message: "Serve\n\nmore", Files: fakegithub.Text(map[string]string{
		"package.json": `{"name":"shop","scripts":{"start":"node server.js"},"engines":{"node":"22"}}`,
		"server.js":    "require('http').createServer().listen(process.env.PORT)", ".env.example": "# Where the data is\nDATABASE_URL=postgres://localhost/shop\n",
	})})
	b.work(t)

	row, found := b.detected(t, b.detect(t, g, nil).ID)
	require.Equal(t, DetectionSucceeded, row.State, lo.FromPtr(row.ErrorMessage))
	require.Equal(t, commit, lo.FromPtr(row.CommitSHA))
	require.Equal(t, "node", found.Plan.Framework)
	require.Equal(t, "22", found.Plan.Versions["node"])
	require.Contains(t, found.Plan.Dockerfile, "FROM ")
	require.Equal(t, "Serve\n\nmore", found.Message)
	require.Len(t, found.Variables, 1)
	require.Equal(t, "DATABASE_URL", found.Variables[0].Name)
	require.Equal(t, "Where the data is", found.Variables[0].Comment)
	require.NotNil(t, row.EndedAt)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"))
}

func TestDetect_OfWhatCannotBeBuilt_SaysWhy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	g.server.Push(g.Repository, "main", fakegithub.Commit{Message: "empty", Force: true, Files: fakegithub.Text(map[string]string{"README": "x"})})
	b.work(t)

	row, found := b.detected(t, b.detect(t, g, nil).ID)
	require.Equal(t, DetectionSucceeded, row.State)
	require.Contains(t, found.Problem, "Nothing in the repository says how to build it")

	row, _ = b.detected(t, b.detect(t, g, func(r *DetectionRequest) { r.RootDirectory = "apps/web" }).ID)
	require.Equal(t, DetectionFailed, row.State)
	require.Contains(t, lo.FromPtr(row.ErrorMessage), `has no directory "apps/web"`)

	row, _ = b.detected(t, b.detect(t, g, func(r *DetectionRequest) { r.Branch = "gone" }).ID)
	require.Equal(t, DetectionFailed, row.State)
	require.Contains(t, lo.FromPtr(row.ErrorMessage), "has no branch gone")
}

// TestDetect_OfNamesThatOtherProgramsWouldTakeForTheirOwn_TakesThemAsTheyAre since people can name branches and files, and write messages, as they like.
func TestDetect_OfNamesThatOtherProgramsWouldTakeForTheirOwn_TakesThemAsTheyAre(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	hostile := "`id`$(touch x);'\"><script>alert(1)</script>\\'); DROP TABLE projects;-- \x1b]0;owned\x07 %s %n"
	branch := "feature/`id`$(touch$IFS/x);'\"><script>&--|';DROP-TABLE"
	g.server.Push(g.Repository, branch, fakegithub.Commit{Message: hostile, Author: hostile, Files: fakegithub.Text(map[string]string{
		"Dockerfile": "FROM scratch\nCMD [\"/app\"]\n", ".env.example": "X=" + hostile + "\n# " + hostile + "\nY=1\n", "a;b`id`<c>": "x",
	})})
	b.work(t)

	row, found := b.detected(t, b.detect(t, g, func(r *DetectionRequest) { r.Branch = branch }).ID)
	require.Equal(t, DetectionSucceeded, row.State, lo.FromPtr(row.ErrorMessage))
	require.Equal(t, hostile, found.Message)
	require.Equal(t, "dockerfile", found.Plan.Framework)
	require.NotContains(t, found.Variables[0].Example, "\x1b")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects"))
}

func TestDetect_WhileGitHubIsDown_WaitsAndGoesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	mend := g.server.AddFault(fakegithub.Fault{Strike: fakegithub.Unicorn})
	b.work(t)

	asked := b.detect(t, g, nil).ID
	require.Eventually(t, func() bool { return b.detection(t, asked).WaitingFor != nil }, patienceOfTests, 5*time.Millisecond)
	require.Contains(t, lo.FromPtr(b.detection(t, asked).WaitingFor), "Waiting because GitHub does not answer")

	mend()

	row, _ := b.detected(t, asked)
	require.Equal(t, DetectionSucceeded, row.State, lo.FromPtr(row.ErrorMessage))
	require.Nil(t, row.WaitingFor)
}

func TestDetect_OfATroubleThatLasts_EndsWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	asked := b.detect(t, g, nil).ID
	b.exec(t, "UPDATE detections SET created_at = now() - interval '1 hour'")

	b.activities.onClone = func(context.Context) error { return problem.New(problem.Unavailable, "The server sleeps.") }
	b.source = nil
	b.exec(t, "UPDATE detections SET repository_id = NULL")
	b.work(t)

	row, _ := b.detected(t, asked)
	require.Equal(t, DetectionFailed, row.State)
	require.Equal(t, "The server sleeps.", lo.FromPtr(row.ErrorMessage))
}

func TestDetect_ManyAtOnce_AreBoundedForEachOrganisation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)

	for range maxDetections {
		b.detect(t, g, nil)
	}

	_, err := b.deployments.Detect(b.ctx, DetectionRequest{OrganisationID: b.organisation, Branch: "main"})
	require.Equal(t, problem.Conflict, problem.CodeOf(err))

	// One whose worker never came does not count for ever.
	b.exec(t, "UPDATE detections SET created_at = now() - interval '1 hour'")
	b.detect(t, g, nil)
}

func TestDetect_OfAnAccountThatWasDisconnectedMeanwhile_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	asked := b.detect(t, g, nil)
	b.exec(t, "UPDATE github_installations SET organisation_id = NULL")
	b.work(t)

	row, _ := b.detected(t, asked.ID)
	require.Equal(t, DetectionFailed, row.State)
	require.Contains(t, lo.FromPtr(row.ErrorMessage), "not connected")
	require.Empty(t, g.source.fetched())
}

func TestDetect_OldOnes_AreRemoved(t *testing.T) {
	t.Parallel()

	b := setup(t)
	g := b.withGitHub(t)
	kept := b.detect(t, g, nil).ID
	old := b.detect(t, g, nil).ID
	b.exec(t, "UPDATE detections SET id = $2 WHERE id = $1", old, madeBefore(keepDetections+time.Minute))

	require.NoError(t, b.newWorker(t).collectHistory(b.ctx, &collected{}))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM detections WHERE id = $1", kept))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM detections"))
}
