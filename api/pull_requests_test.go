package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// onGithub gives a project a repository on GitHub.
func (b *testBundle) onGithub(t *testing.T, project uuid.UUID) {
	t.Helper()

	repository := id.New()
	b.exec(t, `INSERT INTO github_repositories (id, organisation_id, repository_id, node_id, full_name)
		SELECT $1, organisation_id, 1, 'R_1', 'acme/shop' FROM projects WHERE id = $2`, repository, project)
	b.exec(t, "UPDATE projects SET github_repository_id = $1 WHERE id = $2", repository, project)
}

func (b *testBundle) count(t *testing.T, query string, arguments ...any) (count int) {
	t.Helper()
	require.NoError(t, b.pool.QueryRow(t.Context(), query, arguments...).Scan(&count))

	return count
}

func TestProject_PreviewsOfPullRequests_NeedARepositoryOnGitHub(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	set := func(previews client.ProjectUpdatePreviews) *client.UpdateProjectResponse {
		answer, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Previews: &previews})
		require.NoError(t, err)

		return answer
	}

	require.Equal(t, http.StatusUnprocessableEntity, set("pull_requests").StatusCode())

	made, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
		Name: "other", RepositoryURL: "https://git.example.com/a.git", Previews: new(client.CreateProjectInputBodyPreviews("pull_requests")),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, made.StatusCode())

	b.onGithub(t, project.ID)
	b.exec(t, "UPDATE projects SET pulls_tag = 'x', pulls_error = 'Too many.', report_error = 'No permission.' WHERE id = $1", project.ID)
	b.exec(t, "INSERT INTO branches (project_id, name, commit_sha) VALUES ($1, 'refs/pull/1/head', 'a')", project.ID)

	answer := set("pull_requests")
	require.Equal(t, client.ProjectPreviews("pull_requests"), *answer.JSON200.Previews)
	require.Equal(t, "Too many.", *answer.JSON200.PollError)
	require.Equal(t, "No permission.", *answer.JSON200.ReportError)

	// The version before knows of branches alone, and sees that none has previews. What was seen before they were turned on is forgotten.
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE previews = 'off' AND pull_request_previews AND pulls_tag IS NULL AND id = $1", project.ID))
	require.Zero(t, b.count(t, "SELECT count(*) FROM branches"))

	// To set the same again forgets nothing.
	b.exec(t, "UPDATE projects SET pulls_tag = 'x' WHERE id = $1", project.ID)
	require.Equal(t, http.StatusOK, set("pull_requests").StatusCode())
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE pulls_tag = 'x'"))

	require.Equal(t, client.ProjectPreviews("branches"), *set("branches").JSON200.Previews)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE previews = 'branches' AND NOT pull_request_previews AND pulls_error IS NULL AND id = $1", project.ID))
}

func TestApproveEnvironment_DeploysTheCommitThatWaitsAndNoOther(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	preview := b.preview(t, project.ID, "feature")
	other := strings.Repeat("a", 40)

	approve := func(commit string) *client.ApproveEnvironmentResponse {
		answer, err := b.owner.ApproveEnvironmentWithResponse(t.Context(), preview.ID, nil, client.ApproveEnvironmentInputBody{Commit: commit})
		require.NoError(t, err)

		return answer
	}

	require.Equal(t, http.StatusConflict, approve(awaitedCommit).StatusCode(), "a branch waits for nobody")

	b.exec(t, `UPDATE environments SET pull_request_number = 12, pull_request_title = '<b>Title</b>', pull_request_author = 'eve', head_branch = 'main',
		is_fork = true, awaiting_commit = $2 WHERE id = $1`, preview.ID, awaitedCommit)

	shown, err := b.owner.GetEnvironmentWithResponse(t.Context(), preview.ID)
	require.NoError(t, err)
	require.Equal(t, &client.PullRequest{
		Number: 12, Title: "<b>Title</b>", Author: "eve", HeadBranch: "main", IsFork: true, AwaitingCommit: new(awaitedCommit),
		WaitingFor: new("Waiting for approval: pull request 12 comes from a fork, so that anybody may have written it. Look at commit 123456789012, and approve it: " +
			"zeitwork environments approve feature."),
	}, shown.JSON200.PullRequest)

	// It cannot be deployed otherwise.
	for _, body := range []client.CreateDeploymentInputBody{{EnvironmentID: &preview.ID}, {EnvironmentID: &preview.ID, Commit: new(awaitedCommit)}} {
		answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, body)
		require.NoError(t, err)
		require.Equal(t, http.StatusConflict, answer.StatusCode())
	}

	require.Equal(t, http.StatusConflict, approve(other).StatusCode())
	require.Equal(t, http.StatusUnprocessableEntity, approve("$(id)").StatusCode())

	approved := approve(awaitedCommit)
	require.Equal(t, http.StatusCreated, approved.StatusCode(), "%s", approved.Body)
	require.Equal(t, awaitedCommit, *approved.JSON201.CommitSHA)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE id = $1 AND awaiting_commit IS NULL AND approved_commit = $2 AND approved_by IS NOT NULL",
		preview.ID, awaitedCommit))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'deployment.approve' AND subject_id = $1", approved.JSON201.ID))

	require.Equal(t, http.StatusConflict, approve(awaitedCommit).StatusCode())
}

func TestProject_GetsAnotherRepository_LosesThePreviewsOfPullRequests(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	b.onGithub(t, project.ID)

	kept := b.preview(t, project.ID, "feature")
	pulls := []client.Environment{b.preview(t, project.ID, "one"), b.preview(t, project.ID, "two")}

	for i, preview := range pulls {
		b.exec(t, `UPDATE environments SET pull_request_number = $2, pull_request_title = 'Title', pull_request_author = 'eve', head_branch = branch,
			branch = 'refs/pull/' || $2::integer || '/head' WHERE id = $1`, preview.ID, i+1)
	}

	building, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{
		EnvironmentID: &pulls[0].ID, Commit: new(awaitedCommit),
	})
	require.NoError(t, err)
	require.NotNil(t, building.JSON201, "%s", building.Body)

	update := func(body client.ProjectUpdate) {
		answer, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode(), "%s", answer.Body)
	}

	update(client.ProjectUpdate{Instances: new(int64(2))})
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL"))

	update(client.ProjectUpdate{RepositoryURL: new("https://git.example.com/other.git")})
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL AND id = $1", kept.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM environments WHERE kind = 'preview' AND deleted_at IS NULL"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM domains WHERE environment_id = $1", pulls[0].ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE state = 'cancelled' AND id = $1", building.JSON201.ID))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM project_events WHERE message LIKE '% was deleted, as the project got another repository.'"))

	// The pull requests of the new repository that have these numbers are told nothing.
	require.Zero(t, b.count(t, "SELECT count(*) FROM environments WHERE comment_due_at IS NOT NULL"))
}

func TestBranch_ThatIsAPullRequest_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	ref := "refs/pull/12/head"

	made, err := b.owner.CreateEnvironmentWithResponse(t.Context(), project.ID, nil, client.CreateEnvironmentInputBody{Branch: ref})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, made.StatusCode())

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Branch: &ref})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, updated.StatusCode())

	deployed, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{Branch: &ref, Preview: new(true)})
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, deployed.StatusCode())
}
