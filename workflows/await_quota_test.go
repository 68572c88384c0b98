package workflows

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (b *testBundle) allow(t *testing.T, numbers database.SetQuotasParams) {
	t.Helper()

	numbers.ID, numbers.OrganisationID, numbers.Builds = id.New(), b.organisation, new(int32(100))
	require.NoError(t, b.queries.SetQuotas(b.ctx, numbers))
}

// awaitHeld waits until a deployment waits for a quota, and returns the sentence that says so.
func (b *testBundle) awaitHeld(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	require.Eventually(t, func() bool { return b.get(t, deployment).AwaitsQuotaSince != nil }, patienceOfTests, 5*time.Millisecond)

	return b.waitingFor(t, deployment)
}

func TestAwaitQuota_InstancesAreAllInUse_WaitsUntilOneIsFree(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(3))})

	second, third := b.addProject(t, 32<<20, 2), b.addProject(t, 32<<20, 1)
	worker := b.work(t)

	first := b.create(t)
	b.await(t, first.ID, stateLive)
	b.await(t, b.createIn(t, second).ID, stateLive)

	waiting := b.createIn(t, third)
	require.Equal(t, "Waiting because your organisation's 3 instances are all in use.", b.awaitHeld(t, waiting.ID))

	// It has no job and no deadline, and reconcile does not take it for stranded.
	b.exec(t, "UPDATE deployments SET created_at = created_at - interval '1 day' WHERE id = $1", waiting.ID)
	b.exec(t, "UPDATE deployment_steps SET started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day' WHERE deployment_id = $1", waiting.ID)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM unfinished_jobs WHERE deployment_id = $1", waiting.ID))

	// Less is asked for elsewhere.
	b.exec(t, "UPDATE projects SET instances = 1, instances_changed_at = now() WHERE id = $1", second)
	b.await(t, waiting.ID, stateLive)
	require.Nil(t, b.get(t, waiting.ID).AwaitsQuotaSince)
	require.Empty(t, b.waitingFor(t, waiting.ID))
	require.Contains(t, b.steps(t, waiting.ID), "schedule 1 held")
	require.Contains(t, b.steps(t, waiting.ID), "schedule 2 succeeded")
}

func TestAwaitQuota_DeploymentTakesThePlaceOfAnother_CountsOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(1)), CPUMillis: new(int64(1000)), MemoryBytes: new(int64(512 << 20))})

	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	for range 2 {
		b.await(t, b.create(t).ID, stateLive)
	}

	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM vms WHERE removed_at IS NULL"), "the one before is kept warm")

	// A restart has a VM beside each one for a while.
	live := b.create(t)
	b.await(t, live.ID, stateLive)
	require.NoError(t, b.deployments.Restart(b.ctx, live.ID, nil))

	room, err := quota.Look(b.ctx, b.queries, b.organisation, b.project)
	require.NoError(t, err)
	require.Equal(t, quota.Allotment{Instances: 1, CPUMillis: 1000, MemoryBytes: 512 << 20}, room.Held())
}

func TestAwaitQuota_ProcessorsOrMemoryAreShort_SaysWhich(t *testing.T) {
	t.Parallel()

	for sentence, limits := range map[string]database.SetQuotasParams{
		"Waiting because this needs 1 processor and of your organisation's 1.5 processors only 0.5 processors are free.":             {CPUMillis: new(int64(1500))},
		"Waiting because this needs 512 MiB of memory and of your organisation's 800 MiB of memory only 288 MiB of memory are free.": {MemoryBytes: new(int64(800 << 20))},
		"Waiting because your organisation's 1 instance is in use.":                                                                  {Instances: new(int32(1))},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.allow(t, limits)

			other := b.addProject(t, 512<<20, 1)
			b.work(t)
			b.await(t, b.create(t).ID, stateLive)
			b.exec(t, "UPDATE projects SET cpu_millis = 1000 WHERE id = $1", other)

			require.Equal(t, sentence, b.awaitHeld(t, b.createIn(t, other).ID))
		})
	}
}

func TestAwaitQuota_NeedsMoreThanMayEverBe_HoldsUpNoOthers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(2))})

	huge, small := b.addProject(t, 32<<20, 3), b.addProject(t, 32<<20, 2)
	b.work(t)
	b.await(t, b.create(t).ID, stateLive)

	hopeless := b.createIn(t, huge)
	require.Equal(t, "Waiting because this needs 3 instances and your organisation may use 2 instances at once. Lower what the project asks for and deploy again, "+
		"or ask an operator of the platform for more.", b.awaitHeld(t, hopeless.ID))

	waiting := b.createIn(t, small)
	b.awaitHeld(t, waiting.ID)

	// One that goes for good makes room for the other one.
	b.exec(t, "UPDATE projects SET deleted_at = now() WHERE id = $1", b.project)
	b.await(t, waiting.ID, stateLive)
	require.Equal(t, stateDeploying, b.get(t, hopeless.ID).State)

	// An operator allows more.
	b.allow(t, database.SetQuotasParams{Instances: new(int32(5))})
	b.await(t, hopeless.ID, stateLive)
}

func TestAwaitQuota_Waits_IsCancelledAndSuperseded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(0))})
	b.work(t)

	first := b.create(t)
	require.Equal(t, "Waiting because this needs 1 instance and your organisation may use 0 instances at once. Lower what the project asks for and deploy again, "+
		"or ask an operator of the platform for more.", b.awaitHeld(t, first.ID))

	second := b.create(t)
	b.await(t, first.ID, stateSuperseded)
	b.awaitHeld(t, second.ID)

	_, err := b.deployments.Cancel(b.ctx, second.ID, nil)
	require.NoError(t, err)

	for _, ended := range []uuid.UUID{first.ID, second.ID} {
		require.Nil(t, b.get(t, ended).AwaitsQuotaSince)
		require.Empty(t, b.waitingFor(t, ended))
	}
}

func TestAwaitQuota_ReleaseCommand_WaitsBeforeItRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(1))})
	b.exec(t, "UPDATE projects SET release_command = 'migrate', instances = 2 WHERE id = $1", b.project)
	b.work(t)

	waiting := b.create(t)
	b.awaitHeld(t, waiting.ID)
	require.Equal(t, stepRelease, b.get(t, waiting.ID).Step)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms"))

	b.allow(t, database.SetQuotasParams{Instances: new(int32(2))})
	b.await(t, waiting.ID, stateLive)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE kind = 'release'"))
}

func TestAwaitQuota_ManyAtOnce_NoMoreThanMayBe(t *testing.T) {
	t.Parallel()

	const most, all = 3, 8

	b := setup(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(most))})

	deployments := lo.Times(all, func(int) uuid.UUID { return b.createIn(t, b.addProject(t, 32<<20, 1)).ID })

	b.work(t)
	b.work(t)

	live := func() int {
		return b.count(t, "SELECT count(*) FROM deployments WHERE state = 'live' AND id = ANY ($1)", deployments)
	}
	require.Eventually(t, func() bool {
		return live() == most && b.count(t, "SELECT count(*) FROM deployments WHERE awaits_quota_since IS NOT NULL") == all-most
	}, patienceOfTests, 5*time.Millisecond)
	require.Equal(t, most, b.count(t, "SELECT count(*) FROM vms"))
}
