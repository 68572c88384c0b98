package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func TestFlipRoute_OlderDeployment_NeverTakesTheRouteBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")
	b.work(t)

	older := b.create(t)
	require.Eventually(t, func() bool { return b.get(t, older.ID).Step == stepHealthCheck }, patienceOfTests, 5*time.Millisecond)

	// A younger one of another branch overtakes it.
	younger := id.New()
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, route_version, created_at)
		VALUES ($1, $2, 'flip_route', 'manual', 'other', '', 'live', 1, clock_timestamp())`, younger, b.project)
	b.exec(t, "UPDATE domains SET deployment_id = $1", younger)

	b.node.reports("healthy", "", "")
	b.await(t, older.ID, stateSuperseded)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE deployment_id = $1", younger))
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE removed_at IS NULL") == 0
	}, patienceOfTests, 10*time.Millisecond, "its VMs are cleaned up")
}

func TestRetire_WaitsUntilEveryLiveEdgeHasAcknowledged(t *testing.T) {
	t.Parallel()

	b := setup(t)
	edge, gone := id.New(), id.New()
	b.exec(t, `INSERT INTO edges (id, name, region, last_seen_at) VALUES
		($1, 'e1', 'eu', now() + interval '1 hour'), ($2, 'gone', 'eu', now() - interval '1 hour')`, edge, gone)
	b.work(t)

	first := b.await(t, b.create(t).ID, stateLive)
	second := b.await(t, b.create(t).ID, stateLive)

	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE desired_state = 'draining'")
	require.Equal(t, stateRetired, b.get(t, first.ID).State)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE desired_state = 'stopped'"), "the old VM serves on")

	// Its own hostname led to it until then: the flip's version is not enough.
	version, err := b.queries.CurrentRouteVersion(b.ctx)
	require.NoError(t, err)
	require.Greater(t, version, *second.RouteVersion)
	b.exec(t, "UPDATE edges SET acknowledged_version = $2 WHERE id = $1", edge, version)

	b.awaitRemoved(t, first.ID)
	require.NotNil(t, b.get(t, first.ID).RetiredAt)
	require.Equal(t, stateLive, b.get(t, second.ID).State)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms WHERE ip_released_at IS NOT NULL"), "the address rests")
}

func TestRollback_StartsAtScheduleWithTheImageAndEnvironmentOfThen(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setSecret(t, "COLOUR", "green-value")
	b.work(t)

	first := b.await(t, b.create(t).ID, stateLive)
	b.exec(t, "DELETE FROM environment_variables")
	second := b.await(t, b.create(t).ID, stateLive)

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	require.Equal(t, "rollback", back.Trigger)
	require.Equal(t, first.ID, *back.OriginID)

	live := b.await(t, back.ID, stateLive)
	require.Equal(t, []string{"schedule 1 succeeded", "health_check 1 succeeded", "flip_route 1 succeeded"}, b.steps(t, back.ID))
	require.Equal(t, first.ImageID, live.ImageID)
	require.Equal(t, 2, b.activities.builds, "nothing is built")

	environment, err := b.keyring.OpenEnvironment(b.ctx, b.queries, b.snapshot(back.ID), live.EnvironmentSealed)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"COLOUR": "green-value"}, environment)
	b.await(t, second.ID, stateRetired)
}

func TestRollback_NeverLive_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)

	_, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: b.create(t).ID})
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
}

func TestRedeploy_BuildsTheSameCommitWithTodaysEnvironment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	first := b.await(t, b.create(t).ID, stateLive)
	b.activities.head = "2222222222222222222222222222222222222222"
	b.setSecret(t, "COLOUR", "green-value")

	again, err := b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)

	live := b.await(t, again.ID, stateLive)
	require.Equal(t, *first.CommitSHA, *live.CommitSHA)
	require.Equal(t, 2, b.activities.builds)

	environment, err := b.keyring.OpenEnvironment(b.ctx, b.queries, b.snapshot(live.ID), live.EnvironmentSealed)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"COLOUR": "green-value"}, environment)
}

func TestFlipRoute_InstanceDiedSinceItsHealthCheck_TheDeploymentGoesBackToIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")

	// The instance dies in the moment between the two steps.
	b.exec(t, `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		UPDATE vms SET state = 'crashed' WHERE deployment_id = NEW.id AND state = 'healthy';
		RETURN NEW; END $$`)
	b.exec(t, "CREATE TRIGGER die AFTER UPDATE OF step ON deployments FOR EACH ROW WHEN (NEW.step = 'flip_route') EXECUTE FUNCTION die()")
	b.work(t)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'starting'")
	b.node.freeze(true)
	b.exec(t, "UPDATE vms SET state = 'healthy'")
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = 'flip_route' AND state = 'retrying'")
	require.Equal(t, 0, b.count(t, "SELECT count(*) FROM domains WHERE deployment_id IS NOT NULL"), "it did not get the route")

	b.exec(t, "DROP TRIGGER die ON deployments")
	b.node.freeze(false)
	b.node.reports("healthy", "", "")
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, []string{"health_check 1 succeeded", "flip_route 1 retrying", "health_check 2 succeeded", "flip_route 2 succeeded"},
		b.steps(t, deployment.ID)[5:])
}
