package workflows

import (
	"testing"
	"time"

	"github.com/samber/lo"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// The region of the first node of these tests is eu.
const (
	runningIn = `SELECT count(*) FROM vms JOIN nodes ON nodes.id = vms.node_id
		WHERE deployment_id = $1 AND nodes.region = $2 AND desired_state = 'running' AND removed_at IS NULL`
	healthyIn  = runningIn + " AND vms.state = 'healthy'"
	openJobs   = "SELECT count(*) FROM river.river_job WHERE kind = $1 AND finalized_at IS NULL"
	unsettled  = "SELECT count(*) FROM projects WHERE instances_changed_at IS NOT NULL"
	silentNode = "UPDATE nodes SET last_seen_at = now() - interval '1 hour' WHERE region = $1"
)

func (b *testBundle) addNodeInUS(t *testing.T, name, prefix string) uuid.UUID {
	t.Helper()

	node := b.addNode(t, name, prefix)
	b.exec(t, "UPDATE nodes SET region = 'us' WHERE id = $1", node)

	return node
}

// ask has the project ask for so many instances in each region.
func (b *testBundle) ask(t *testing.T, shares ...database.RegionShare) {
	t.Helper()

	regions := lo.Map(shares, func(share database.RegionShare, _ int) string { return share.Region })
	instances := lo.Map(shares, func(share database.RegionShare, _ int) int { return share.Instances })
	total := lo.Sum(instances)

	b.exec(t, "UPDATE projects SET regions = $1, region_instances = $2, instances = $3, instances_changed_at = now()", regions, instances, total)
}

func TestRegions_OfAProject_DecideWhereItsInstancesAre(t *testing.T) {
	t.Parallel()

	production := id.New()
	named := database.Project{ID: production, Instances: 3, Regions: []string{"eu", "us"}, RegionInstances: []int32{2, 1}}
	free := database.Project{ID: production, Instances: 3, Regions: []string{}, RegionInstances: []int32{}}
	live, preview := database.Deployment{EnvironmentID: production}, database.Deployment{EnvironmentID: id.New()}

	require.Equal(t, []database.RegionShare{{Region: "eu", Instances: 2}, {Region: "us", Instances: 1}}, sharesOf(named, live))
	require.Equal(t, []database.RegionShare{{Region: "eu", Instances: 1}}, sharesOf(named, preview))
	require.Equal(t, []database.RegionShare{{Region: anywhere, Instances: 3}}, sharesOf(free, live))
	require.Equal(t, []database.RegionShare{{Region: anywhere, Instances: 1}}, sharesOf(free, preview))

	require.Equal(t, 3, InstancesOf(named, live))
	require.Equal(t, 1, InstancesOf(named, preview))
	require.Equal(t, "2 in eu and 1 in us", describeShares(sharesOf(named, live)))
	require.Equal(t, "3", describeShares(sharesOf(free, live)))

	require.True(t, fulfils(sharesOf(named, live), map[string]int{"eu": 2, "us": 1}))
	require.False(t, fulfils(sharesOf(named, live), map[string]int{"eu": 1, "us": 2}))
	require.False(t, fulfils(sharesOf(named, live), map[string]int{"eu": 2, "us": 1, "ap": 1}))
	require.True(t, fulfils(sharesOf(free, live), map[string]int{"eu": 1, "ap": 2}))
}

func TestWeigh_PairsWhatOneRegionLacksWithWhatAnotherHasTooMuchOf(t *testing.T) {
	t.Parallel()

	now := time.Now()
	row := func(region, state string, age time.Duration) database.ListInstancesRow {
		return database.ListInstancesRow{Region: region, VM: database.VM{ID: id.New(), State: state, CreatedAt: now.Add(-age)}}
	}
	old, ill, young, failed := row("us", "healthy", time.Hour), row("us", "unhealthy", time.Minute), row("us", "healthy", time.Minute), row("eu", "failed", time.Hour)
	replaced := row("us", "healthy", time.Hour)
	replaced.Replaced = true
	shares := []database.RegionShare{{Region: "eu", Instances: 1}}

	b := weigh(shares, []database.ListInstancesRow{ill, young, old, failed, replaced})
	require.Equal(t, []gap{{region: "eu", missing: 1, failed: []database.VM{failed.VM}}}, b.gaps)
	require.Equal(t, []database.VM{old.VM, young.VM, ill.VM}, b.surplus, "those that serve best first")
	stoppable, heldBack := b.stoppable()
	require.Equal(t, []database.VM{young.VM, ill.VM}, stoppable, "the oldest healthy one serves until another is healthy")
	require.Zero(t, heldBack)
	require.True(t, b.moves())
	require.Equal(t, []uuid.UUID{replaced.VM.ID}, b.leaving)

	b = weigh([]database.RegionShare{{Region: anywhere, Instances: 2}}, []database.ListInstancesRow{ill, young, old})
	require.Empty(t, b.gaps)

	stoppable, heldBack = b.stoppable()
	require.Equal(t, []database.VM{ill.VM}, stoppable)
	require.Zero(t, heldBack)
	require.False(t, b.moves())

	b = weigh(shares, []database.ListInstancesRow{row("eu", "healthy", time.Hour), {Region: "us", VM: failed.VM}})
	require.Equal(t, []gap{{failed: []database.VM{failed.VM}}}, b.gaps, "it is stopped although nothing is missing")
	require.False(t, b.moves())
}

func TestWeigh_WhatStaysDoesNotServeYet_AsManyServeOnInItsPlace(t *testing.T) {
	t.Parallel()

	row := func(region, state string) database.ListInstancesRow {
		return database.ListInstancesRow{Region: region, VM: database.VM{ID: id.New(), State: state, CreatedAt: time.Now()}}
	}

	stays, first, second := row("us", "pending"), row("eu", "healthy"), row("eu", "healthy")
	stoppable, heldBack := weigh([]database.RegionShare{{Region: "us", Instances: 1}}, []database.ListInstancesRow{stays, first, second}).stoppable()
	require.Equal(t, []database.VM{second.VM}, stoppable)
	require.Equal(t, 1, heldBack)

	// Until a replacement is healthy, the healthy VM that it replaces serves.
	ill, leaving := row("eu", "unhealthy"), row("eu", "healthy")
	replacement := row("eu", "pending")
	leaving.Replaced, replacement.VM.ReplacesID = true, &leaving.VM.ID
	stoppable, heldBack = weigh([]database.RegionShare{{Region: anywhere, Instances: 1}}, []database.ListInstancesRow{ill, leaving, replacement}).stoppable()
	require.Equal(t, []database.VM{ill.VM}, stoppable)
	require.Zero(t, heldBack)
}

func TestDeploy_ProjectNamesRegions_InstancesOfEachAreSpreadOverItsNodes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	second := b.addNode(t, "n2", "10.79.2.0/24")
	far := b.addNodeInUS(t, "n3", "10.79.3.0/24")
	b.exec(t, "UPDATE nodes SET memory_bytes = memory_bytes * 8 WHERE id = $1", far)
	b.exec(t, "UPDATE projects SET release_command = 'migrate'")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 2}, database.RegionShare{Region: "us", Instances: 1})
	b.work(t)

	deployment := b.await(t, b.create(t).ID, stateLive)

	for _, node := range []uuid.UUID{b.node.id, second, far} {
		require.Equal(t, 1, b.count(t, healthyOn+" AND kind = 'app'", deployment.ID, node))
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms JOIN nodes ON nodes.id = vms.node_id WHERE kind = 'release' AND region = 'eu'"),
		"the release command runs in the first region")
}

func TestSchedule_RegionHasNoNode_WaitsAndSaysWhichRegion(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})
	b.work(t)

	deployment := b.create(t)
	b.awaitCount(t, 1, `SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND step = 'schedule' AND attempt = 1
		AND waiting_for LIKE 'Waiting because no node of region us is ready; next try in %'`, deployment.ID)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms"), "nothing runs that does not serve")

	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyIn, deployment.ID, "us"))
}

func TestRescale_OtherRegions_EachInstanceServesUntilTheOneThereIsHealthy(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	b.exec(t, "UPDATE projects SET instances = 2")
	deployment := b.await(t, b.create(t).ID, stateLive)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")

	b.node.freeze(true)
	b.ask(t, database.RegionShare{Region: "us", Instances: 2})
	b.reconciling(t, worker)

	b.awaitCount(t, 2, runningIn+" AND replaces_id IS NOT NULL", deployment.ID, "us")
	require.Equal(t, 2, b.count(t, healthyIn, deployment.ID, "eu"), "they serve until then")

	b.node.freeze(false)
	b.awaitCount(t, 2, healthyIn, deployment.ID, "us")
	b.awaitCount(t, 0, runningIn, deployment.ID, "eu")
	b.awaitCount(t, 0, unsettled)
	require.Equal(t, 4, b.count(t, "SELECT count(*) FROM vms"), "each is replaced once")
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM project_events
		WHERE message = 'Instances move to another region (2), as the project asks for 2 in us: each serves until the other one is healthy.'`))
}

func TestRescale_RegionIsGivenUpBeforeTheOtherOneServes_ItsInstanceServesUntilThen(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.node.freeze(true)
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, runningIn, deployment.ID, "us")
	b.awaitCount(t, 0, openJobs, "rescale")

	b.ask(t, database.RegionShare{Region: "us", Instances: 1})
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 0, openJobs, "rescale")
	require.Equal(t, 1, b.count(t, healthyIn, deployment.ID, "eu"), "it is the only one that serves")
	require.Equal(t, 1, b.count(t, unsettled))

	b.node.freeze(false)
	b.awaitCount(t, 1, healthyIn, deployment.ID, "us")
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 0, runningIn, deployment.ID, "eu")
	b.awaitCount(t, 0, unsettled)
}

func TestMoveVMs_NodeOfARegionThatIsNotNamedIsDrained_ItsVMGoesToTheFirstRegion(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")

	// As a preview's, which nothing rescales.
	b.ask(t, database.RegionShare{Region: "us", Instances: 1})
	b.exec(t, "UPDATE projects SET instances_changed_at = NULL")
	b.exec(t, "UPDATE nodes SET state = 'draining' WHERE id = $1", b.node.id)
	b.reconcileOnce(t, worker)
	b.awaitCount(t, 1, healthyIn, deployment.ID, "us")
	b.awaitCount(t, 0, runningIn, deployment.ID, "eu")
}

func TestRescale_OneRegionIsShortOfNodes_OthersFollow(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.ask(t, database.RegionShare{Region: "eu", Instances: 2}, database.RegionShare{Region: "us", Instances: 1})
	b.reconciling(t, worker)
	b.awaitCount(t, 2, healthyIn, deployment.ID, "eu")
	b.awaitCount(t, 1, `SELECT count(*) FROM project_events
		WHERE message = 'No node of region us is ready. Instances that are to run there wait until they can.'`)
	require.Equal(t, 1, b.count(t, unsettled))

	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'rescale' AND state = 'scheduled'")
	b.awaitCount(t, 1, healthyIn, deployment.ID, "us")
	b.awaitCount(t, 0, unsettled)
}

func TestMoveVMs_RegionIsLost_ItsInstancesWaitForIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, silentNode, "eu")
	b.reconciling(t, worker)
	b.awaitCount(t, 1, `SELECT count(*) FROM project_events WHERE kind = 'instances' AND deployment_id = $1
		AND message = 'No node of region eu is ready. Instances that are to run there wait until they can.'`, deployment.ID)

	// The job looks again and tells it no second time.
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'move_vms' AND state = 'scheduled'")
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms' AND (metadata ->> 'snoozes')::integer >= 2")
	require.Len(t, b.events(t), 1)
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "nothing moves to another region")

	b.exec(t, "UPDATE nodes SET last_seen_at = now() + interval '1 hour'")
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'move_vms' AND state = 'scheduled'")
	b.awaitCount(t, 0, openJobs, "move_vms")
	require.Equal(t, 1, b.count(t, healthyIn, deployment.ID, "eu"))
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms"), "they are the same as before")
}

func TestMoveVMs_RegionIsLost_AnotherNodeThereTakesItsInstances(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, silentNode, "eu")

	other := b.addNode(t, "n3", "10.79.3.0/24")
	b.reconciling(t, worker)
	b.awaitCount(t, 1, healthyOn, deployment.ID, other)
	require.Equal(t, 1, b.count(t, runningIn, deployment.ID, "us"))
}

func TestMoveVMs_RegionIsLost_AnotherOneIsAskedForInItsPlace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1})
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, silentNode, "eu")
	b.reconciling(t, worker)
	b.awaitCount(t, 1, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms' AND metadata ? 'snoozes'")

	b.ask(t, database.RegionShare{Region: "us", Instances: 1})

	b.awaitCount(t, 1, healthyIn, deployment.ID, "us")
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'move_vms' AND state = 'scheduled'")
	b.awaitCount(t, 0, runningIn, deployment.ID, "eu")
	b.awaitCount(t, 0, unsettled)
}

func TestMoveVMs_OneRegionIsLost_NodesOfOthersCanBeDrained(t *testing.T) {
	t.Parallel()

	b := setup(t)
	drained := b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})
	worker := b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, silentNode, "eu")
	b.exec(t, "UPDATE nodes SET state = 'draining' WHERE id = $1", drained)

	other := b.addNodeInUS(t, "n3", "10.79.3.0/24")
	b.reconciling(t, worker)
	b.awaitCount(t, 1, healthyOn, deployment.ID, other)
	b.exec(t, "UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'move_vms' AND state = 'scheduled'")
	b.awaitCount(t, 0, "SELECT count(*) FROM vms WHERE node_id = $1 AND removed_at IS NULL", drained)
	require.Equal(t, 1, b.count(t, runningIn, deployment.ID, "eu"))
}

func TestRestart_ProjectNamesRegions_InstancesStayInTheirs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	far := b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET memory_bytes = memory_bytes * 8 WHERE id = $1", far)
	b.ask(t, database.RegionShare{Region: "eu", Instances: 2}, database.RegionShare{Region: "us", Instances: 1})
	b.work(t)
	deployment := b.await(t, b.create(t).ID, stateLive)

	require.NoError(t, b.deployments.Restart(b.ctx, deployment.ID, nil))
	b.awaitCount(t, 3, "SELECT count(*) FROM vms WHERE replaces_id IS NOT NULL AND state = 'healthy'")
	b.awaitCount(t, 3, "SELECT count(*) FROM vms WHERE state = 'removed'")
	require.Equal(t, 2, b.count(t, healthyIn, deployment.ID, "eu"))
	require.Equal(t, 1, b.count(t, healthyIn, deployment.ID, "us"))
}

func TestRollback_WarmVMs_OnlyThoseOfTheRegionsAreTakenOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1}, database.RegionShare{Region: "us", Instances: 1})

	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.ask(t, database.RegionShare{Region: "eu", Instances: 2})

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.await(t, back.ID, stateLive)
	require.Equal(t, 2, b.count(t, healthyIn, back.ID, "eu"))
	require.Zero(t, b.count(t, runningIn, back.ID, "us"))
	require.Equal(t, 5, b.count(t, "SELECT count(*) FROM vms"), "one of them is the one of before")
}

func TestMakeRoom_AnotherRegionHasRoom_WhatIsWarmInTheFullOneMakesWay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.addNodeInUS(t, "n2", "10.79.2.0/24")
	b.ask(t, database.RegionShare{Region: "eu", Instances: 1})

	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.exec(t, "UPDATE nodes SET memory_bytes = (SELECT sum(memory_bytes + $1) FROM vms) WHERE region = 'eu'", overhead)

	third := b.create(t)
	b.awaitRemoved(t, first.ID)
	b.await(t, third.ID, stateLive)
	require.Equal(t, 1, b.count(t, healthyIn, third.ID, "eu"))
}

func TestProjects_VersionBeforeChangesInstances_RegionsAreForgotten(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.ask(t, database.RegionShare{Region: "eu", Instances: 2}, database.RegionShare{Region: "us", Instances: 1})
	b.exec(t, "UPDATE projects SET name = 'Shop', instances = 3")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE regions = '{eu,us}'"), "it wrote what was there")

	b.exec(t, "UPDATE projects SET instances = 2")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE regions = '{}' AND region_instances = '{}'"))
}
