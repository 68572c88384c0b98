package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// shown returns a deployment as the holder of the token sees it.
func (b *testBundle) shown(t *testing.T, token string, deployment uuid.UUID) client.Deployment {
	t.Helper()

	answer, err := b.as(t, token).GetDeploymentWithResponse(t.Context(), deployment)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

func TestDeployment_TellsWhoStartedItAndOfWhatItIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	project := w.id("project_id")
	b.exec(t, "UPDATE users SET github_login = 'octocat' WHERE id = $1", w.developer.userID)
	b.onGithub(t, project)
	b.exec(t, "UPDATE projects SET repository_url = 'https://github.com/acme/shop' WHERE id = $1", project)

	start := func(token string) client.Deployment {
		answer := b.post(t, token, "/v1/projects/"+project.String()+"/deployments", `{"commit":"`+strings.Repeat("ab", 20)+`"}`, nil)
		require.Equal(t, http.StatusCreated, answer.StatusCode, answer.text)

		made := client.Deployment{}
		require.NoError(t, fromJSON(answer.text, &made))

		return made
	}

	byUser, byToken := start(w.developer.token), start(w.developerToken.token)
	require.Equal(t, http.StatusOK, b.post(t, w.developerToken.token, "/v1/deployments/"+byToken.ID.String()+"/cancel", "", nil).StatusCode)

	require.Equal(t, &client.DeploymentActor{Kind: "user", ID: &w.developer.userID, Name: new("developer"), Login: new("octocat")}, byUser.Actor)
	require.Equal(t, &client.DeploymentActor{Kind: "token", ID: &w.developerToken.tokenID, Name: new(organisationKind)}, byToken.Actor)
	require.Equal(t, "https://github.com/acme/shop/commit/"+strings.Repeat("ab", 20), *byUser.CommitURL)
	require.Nil(t, byUser.PullRequest)

	b.exec(t, `UPDATE environments SET pull_request_number = 7, pull_request_title = 'Sell more', pull_request_author = 'ada' WHERE id = $1`, w.id("environment_id"))
	b.exec(t, `UPDATE deployments SET environment_id = $2, trigger = 'push', created_by = NULL, commit_author = 'Ada Lovelace' WHERE id = $1`,
		w.id("deployment_id"), w.id("environment_id"))

	pushed := b.shown(t, w.viewer.token, w.id("deployment_id"))
	require.Equal(t, &client.DeploymentActor{Kind: "push", Name: new("Ada Lovelace"), Login: new("ada")}, pushed.Actor)
	require.Equal(t, &client.DeploymentPullRequest{Number: 7, Title: "Sell more", Author: "ada", URL: "https://github.com/acme/shop/pull/7"}, pushed.PullRequest)

	b.exec(t, "UPDATE deployments SET origin_id = $2, trigger = 'redeploy' WHERE id = $1", byToken.ID, byUser.ID)
	repeated := b.shown(t, w.viewer.token, byToken.ID)
	require.Equal(t, byUser.ID, repeated.Origin.ID)
	require.Equal(t, "production", repeated.Origin.Environment)

	listed, err := b.as(t, w.viewer.token).ListDeploymentsWithResponse(t.Context(), project, nil)
	require.NoError(t, err)
	require.Equal(t, []client.DeploymentActorKind{"token", "user", "push"}, lo.Map(listed.JSON200.Items, func(d client.Deployment, _ int) client.DeploymentActorKind {
		return d.Actor.Kind
	}))
}

func TestDeployment_OfARepositoryElsewhere_HasNoPagesOnGitHub(t *testing.T) {
	t.Parallel()

	for repository, expected := range map[string]string{
		"https://git.example.com/a/b.git":    "",
		"ssh://git@github.com/a/b.git":       "",
		"https://github.com/a/b.git":         "https://github.com/a/b/commit/abc",
		"https://github.com.example.com/a/b": "",
	} {
		require.Equal(t, expected, pageOnGitHub(database.Project{RepositoryURL: repository}, "commit", "abc"), repository)
	}
}

func TestDeployment_TellsOfItsAttemptsAndVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, worker, attempt, state, ended_at) VALUES
		($1, $3, 'clone', 'builder-7-0a1b2c3d', 1, 'retrying', now()), ($2, $3, 'clone', 'builder-7-0a1b2c3d', 2, 'succeeded', now())`, id.New(), id.New(), deployment.ID)

	vm := b.vm(t, deployment.ID)
	b.report(t, vm, "healthy")

	full := b.shown(t, b.tokens.User, deployment.ID)
	require.Equal(t, "builder-7", *(*full.Timeline)[0].Host)
	require.Equal(t, int64(2), (*full.Timeline)[1].Attempt)

	shown := (*full.VMS)[0]
	require.Equal(t, "node-1", shown.Node)
	require.Equal(t, "here", shown.Region)
	require.Equal(t, client.VMDesired("running"), shown.Desired)
	require.Equal(t, int64(100), shown.CPUMillis)
	require.Equal(t, int64(64<<20), shown.MemoryBytes)
	require.NotNil(t, shown.HealthyAt)
	require.Nil(t, shown.RemovedAt)
}

func TestDeployment_TellsWhatMayBeDoneAndWhatThatWouldDo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	w := b.newWorld(t)
	production, preview := w.id("deployment_id"), w.livePreview(t)

	allowed := func(token string, deployment uuid.UUID) (names []client.DeploymentActionAction, reasons map[client.DeploymentActionAction]string) {
		reasons = map[client.DeploymentActionAction]string{}

		for _, action := range *b.shown(t, token, deployment).Actions {
			require.NotEmpty(t, action.Effect)
			require.Equal(t, action.Allowed, action.Reason == nil)

			if action.Allowed {
				names = append(names, action.Action)
			} else {
				reasons[action.Action] = *action.Reason
			}
		}

		return names, reasons
	}

	onItsWay, _ := allowed(w.developer.token, production)
	require.Equal(t, []client.DeploymentActionAction{"cancel", "redeploy"}, onItsWay)

	looking, reasons := allowed(w.viewer.token, production)
	require.Empty(t, looking)
	require.Contains(t, reasons["redeploy"], "needs the role developer")
	require.Contains(t, reasons["restart"], "not live", "what nobody can do is said first")

	live, reasons := allowed(w.developerToken.token, preview)
	require.Equal(t, []client.DeploymentActionAction{"redeploy", "rollback", "promote", "restart"}, live)
	require.Equal(t, "This deployment is live already. Roll back to an older one instead.", reasons["cancel"])

	// The operations refuse with the sentences that the actions give as reasons.
	b.exec(t, "UPDATE images SET collected_at = now()")
	b.exec(t, "UPDATE environments SET deleted_at = now() WHERE id = $1", w.id("environment_id"))

	gone, reasons := allowed(w.developer.token, preview)
	require.Equal(t, []client.DeploymentActionAction{"restart"}, gone)

	for action, path := range map[client.DeploymentActionAction]string{"cancel": "cancel", "redeploy": "redeploy", "rollback": "rollback", "promote": "promote"} {
		answer := b.post(t, w.developer.token, "/v1/deployments/"+preview.String()+"/"+path, "", nil)
		require.Equal(t, http.StatusConflict, answer.StatusCode, answer.text)
		require.Contains(t, answer.text, reasons[action])
	}
}

func TestDeployment_TellsWhatItWaitsForAndWhereItStands(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Builds: new(int32(1)), Instances: new(int32(1))})
	project, other := b.project(t), b.project(t)

	first, second, third := b.deployment(t, project.ID), b.deployment(t, other.ID), b.deployment(t, b.project(t).ID)
	require.Equal(t, client.DeploymentStateQueued, second.State)

	// The first one stands in the queue of a worker that is not there.
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() - interval '1 minute' WHERE args ->> 'deployment_id' = $1::text", first.ID)

	queued := b.shown(t, b.tokens.User, first.ID).Waiting
	require.Equal(t, client.WaitingFor("worker"), queued.For)
	require.Equal(t, &client.QueuePlace{Queue: "source", Position: 1, Length: 1}, queued.Place)
	require.Equal(t, "Waiting for a worker that is free: 1 of 1 of your organisation in the queue source.", queued.Message)

	turn := b.shown(t, b.tokens.User, third.ID).Waiting
	require.Equal(t, client.WaitingFor("build_turn"), turn.For)
	require.Equal(t, "Waiting because another build of your organisation is running.", turn.Message)
	require.Equal(t, &client.QueuePlace{Queue: "builds", Position: 2, Length: 2}, turn.Place)
	require.Equal(t, &client.WaitingLimit{Name: "builds", Limit: 1, Used: 1}, turn.Limit)

	// Another one takes the only instance.
	b.exec(t, "UPDATE deployments SET state = 'live', step = 'flip_route', awaits_build_since = NULL WHERE id = $1", second.ID)
	b.vm(t, second.ID)
	b.exec(t, "UPDATE deployments SET state = 'deploying', step = 'schedule', awaits_quota_since = now() WHERE id = $1", first.ID)

	quota := b.shown(t, b.tokens.User, first.ID).Waiting
	require.Equal(t, client.WaitingFor("quota"), quota.For)
	require.Equal(t, &client.QueuePlace{Queue: "quota", Position: 1, Length: 1}, quota.Place)
	require.Equal(t, &client.WaitingLimit{Name: "instances", Limit: 1, Used: 1}, quota.Limit)

	b.exec(t, "UPDATE deployments SET awaits_quota_since = NULL, held_at = now() WHERE id = $1", first.ID)
	require.Equal(t, client.WaitingFor("unpin"), b.shown(t, b.tokens.User, first.ID).Waiting.For)

	step := func(state, waitingFor string) *client.Waiting {
		b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, worker, attempt, state, waiting_for)
			SELECT $1, $2, 'schedule', 'w', count(*) + 1, $3, nullif($4, '') FROM deployment_steps WHERE deployment_id = $2`, id.New(), first.ID, state, waitingFor)

		return b.shown(t, b.tokens.User, first.ID).Waiting
	}

	b.exec(t, "UPDATE deployments SET held_at = NULL WHERE id = $1", first.ID)
	require.Equal(t, "Waiting because the registry does not answer.", step("retrying", "Waiting because the registry does not answer.").Message)
	require.Equal(t, client.WaitingFor("step"), step("running", "Waiting for a node.").For)
	require.Nil(t, step("running", ""), "it works")

	b.end(t, first.ID, "failed")
	require.Nil(t, b.shown(t, b.tokens.User, first.ID).Waiting)
}

func TestDeployment_InTheQueueOfWorkers_TellsNothingOfOtherOrganisations(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Builds: new(int32(10))})
	first, second := b.deployment(t, b.project(t).ID), b.deployment(t, b.project(t).ID)

	theirs, err := b.stranger.CreateDeploymentWithResponse(t.Context(), b.strangersProject(t).ID, nil, client.CreateDeploymentInputBody{})
	require.NoError(t, err)
	require.NotNil(t, theirs.JSON201, "%s", theirs.Body)

	queuedFor := func(deployment uuid.UUID, minutes int) {
		b.exec(t, "UPDATE river.river_job SET scheduled_at = now() - make_interval(mins => $2) WHERE args ->> 'deployment_id' = $1::text", deployment, minutes)
	}

	queuedFor(first.ID, 3)
	queuedFor(theirs.JSON201.ID, 2)
	queuedFor(second.ID, 1)

	place := func(token string, deployment uuid.UUID) *client.QueuePlace {
		return b.shown(t, token, deployment).Waiting.Place
	}

	require.Equal(t, &client.QueuePlace{Queue: "source", Position: 1, Length: 2}, place(b.tokens.User, first.ID))
	require.Equal(t, &client.QueuePlace{Queue: "source", Position: 2, Length: 2, OthersBefore: true}, place(b.tokens.User, second.ID))
	require.Equal(t, &client.QueuePlace{Queue: "source", Position: 1, Length: 1, OthersBefore: true}, place(b.strangerToken, theirs.JSON201.ID))
	require.Equal(t, "Waiting for a worker that is free: 2 of 2 of your organisation in the queue source. Other jobs are before it.",
		b.shown(t, b.tokens.User, second.ID).Waiting.Message)

	queue, err := b.owner.GetQueueWithResponse(t.Context())
	require.NoError(t, err)

	waiting := lo.KeyBy(queue.JSON200.Queues, func(q client.Queue) string { return q.Name })
	require.EqualValues(t, 3, waiting["source"].Available, "operators see all")
}
