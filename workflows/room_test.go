package workflows

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func collectStrings(rows pgx.Rows) ([]string, error) { return pgx.CollectRows(rows, pgx.RowTo[string]) }

// addProject makes another project, with the memory and instances.
func (b *testBundle) addProject(t *testing.T, memoryBytes int64, instances int) uuid.UUID {
	t.Helper()

	project := id.New()
	b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy, instances, memory_bytes)
		SELECT $1::uuid, organisation_id, 'App', $1::uuid::text, 'https://git.example.com/app.git', false, $3, $4 FROM projects WHERE id = $2`,
		project, b.project, instances, memoryBytes)

	return project
}

// deploy deploys a project and waits until it is live.
func (b *testBundle) deploy(t *testing.T, project uuid.UUID) database.Deployment {
	t.Helper()

	deployment, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: project, Trigger: TriggerManual})
	require.NoError(t, err)

	return b.await(t, deployment.ID, stateLive)
}

// keepWarm lives two deployments of a project, of which the first is kept warm from then on, and returns that one.
func (b *testBundle) keepWarm(t *testing.T) database.Deployment {
	t.Helper()

	project := b.addProject(t, 512<<20, 1)
	first := b.deploy(t, project)
	b.deploy(t, project)

	return first
}

func TestMakeRoom_ManyMovesInAFullCluster_NoneWaitsForAnother(t *testing.T) {
	t.Parallel()

	const projects = 8

	b := setup(t)
	b.work(t)

	for range projects {
		b.deploy(t, b.addProject(t, 64<<20, 1))
	}

	// The only other node has no room, and every move has one connection: a move that wants a second one waits for ever.
	other := b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET memory_bytes = 128 * 1024 * 1024, last_seen_at = now() + interval '1 hour' WHERE id = $1", other)
	b.deploy(t, b.addProject(t, 64<<20, 1))
	b.exec(t, "UPDATE nodes SET memory_bytes = 96 * 1024 * 1024 WHERE id = $1", other)
	b.exec(t, "UPDATE nodes SET state = 'draining' WHERE id = $1", b.node.id)

	small := b.config
	small.MaxConns = 2
	pool, err := database.Open(b.ctx, small)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	worker := b.newWorker(t)
	worker.pool = pool

	rows, err := b.pool.Query(b.ctx, "SELECT id::text FROM deployments WHERE state = 'live'")
	require.NoError(t, err)
	live, err := collectStrings(rows)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(b.ctx, patienceOfTests)
	defer cancel()

	ended := make(chan error, len(live))

	for _, deployment := range live {
		go func() {
			err := worker.replaceVMs(ctx, uuid.MustParse(deployment))
			ended <- worker.orLater(ctx, uuid.MustParse(deployment), "no room", err)
		}()
	}

	for range live {
		select {
		case err := <-ended:
			require.NotErrorIs(t, err, context.DeadlineExceeded)
		case <-ctx.Done():
			require.Fail(t, "moves wait for connections that other moves hold")
		}
	}
}

func TestMakeRoom_VMThatFitsNowhere_CoolsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.allow(t, database.SetQuotasParams{MemoryBytes: new(int64(1 << 50))})
	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	warm := b.keepWarm(t)

	huge, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.addProject(t, 256<<30, 1), Trigger: TriggerManual})
	require.NoError(t, err)
	b.awaitCount(t, 1, `SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND state = 'retrying' AND
		error = 'No node is large enough for a VM with 262144 MiB of memory and 1.00 processors. Make the app''s VMs smaller, '
		|| 'or ask an operator of the platform for a larger node.'`, huge.ID)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE id = $1 AND warm_until > now()", warm.ID))
}

func TestSchedule_NoRoom_OperatorsAloneReadHowMuchIsFree(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET memory_bytes = $1", 1024<<20+2*overhead)
	b.work(t)
	b.deploy(t, b.addProject(t, 768<<20, 1))

	waiting, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.addProject(t, 512<<20, 1), Trigger: TriggerManual})
	require.NoError(t, err)
	b.awaitCount(t, 1, `SELECT count(*) FROM river.river_job
		WHERE args ->> 'deployment_id' = $1 AND array_to_string(errors, '') LIKE '%the node with the most has 256 MiB free%'`, waiting.ID.String())
	require.Equal(t, 1, b.count(t, `SELECT count(DISTINCT deployment_id) FROM deployment_steps
		WHERE deployment_id = $1 AND error LIKE '%memory is short. Make the app''s VMs smaller, or ask an operator%'`, waiting.ID))
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployment_steps WHERE coalesce(error, '') || coalesce(waiting_for, '') LIKE '%free%'"), "members read it")
}

func TestMakeRoom_CoolsNoMoreThanItTakes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET memory_bytes = $1", 5*(512<<20+overhead))

	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	sooner, later := b.keepWarm(t), b.keepWarm(t)

	b.deploy(t, b.addProject(t, 512<<20, 1))
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments WHERE coalesce(warm_until <= now(), true) AND state = 'retired'"), "there was room")

	b.deploy(t, b.addProject(t, 512<<20, 1))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE id = $1 AND coalesce(warm_until <= now(), true)", sooner.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM deployments WHERE id = $1 AND warm_until > now()", later.ID))
}

func TestPlacement_NodeWithoutAFreeAddress_IsPassedOver(t *testing.T) {
	t.Parallel()

	full, roomy := nodeWith("full", 4000, 10_000<<20), nodeWith("roomy", 4000, 1000<<20)
	usage := []database.ListNodeUsageRow{{NodeID: full.ID, Addresses: 253}}

	placed, err := place(candidates([]database.Node{full, roomy}, usage), 2, need{cpuMillis: 100, memoryBytes: 100})
	require.NoError(t, err)
	require.Equal(t, []database.Node{roomy, roomy}, placed, "the full one has more memory and no address")
}

func TestPlacement_AddressesRestBecauseOfASilentEdge_SaysSoWithoutItsName(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET prefix = '10.79.9.0/30'") // One VM can have an address.
	worker := b.newWorker(t)
	worker.config.AddressCooldown = 0
	b.exec(t, "INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, 'fra-2', 'eu', now() - interval '3 hours')", id.New())

	holder := b.create(t)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at)
		VALUES ($1, $2, $3, '10.79.9.2', 80, 100, 1000, 'stopped', 'removed', now() - interval '1 hour')`, id.New(), holder.ID, b.node.id)

	err := database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, err := worker.placeOn(b.ctx, queries, anywhere, database.CreateVMParams{DeploymentID: holder.ID, CPUMillis: 100, MemoryBytes: 1000}, 1)

		return err
	})
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "rest because an edge of the platform that is silent may still send requests to them")
	require.NotContains(t, problem.MessageOf(err), "fra-2", "members read it")

	b.exec(t, "DELETE FROM edges")
	require.NoError(t, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		_, err := worker.placeOn(b.ctx, queries, anywhere, database.CreateVMParams{DeploymentID: holder.ID, CPUMillis: 100, MemoryBytes: 1000}, 1)

		return err
	}))
}

func TestPlacement_UnderWay_NoHeartbeatWaitsForIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	deployment := b.create(t)

	require.NoError(t, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		vm := database.CreateVMParams{DeploymentID: deployment.ID, Kind: vmApp, Port: 80, CPUMillis: 100, MemoryBytes: 1000}

		require.NoError(t, queries.LockPlacement(b.ctx))
		nodes, err := worker.placeOn(b.ctx, queries, anywhere, vm, 1)
		require.NoError(t, err)
		require.NoError(t, createVM(b.ctx, queries, vm, nodes[0]))

		// The placement has not committed. A report that waits for it would wait for this very function.
		return pgx.BeginFunc(b.ctx, b.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(b.ctx, "SET LOCAL lock_timeout = '5s'"); err != nil {
				return err
			}

			_, err := database.New(tx).RecordNodeReport(b.ctx, database.RecordNodeReportParams{ID: b.node.id, MemoryBytes: 8 << 30, CPUMillis: 4000})

			return err
		})
	}))
}

func TestRetire_VMsOfDeadNodes_LeaveTheSlotsToOthers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	dead := b.addNode(t, "dead", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '10 minutes' WHERE id = $1", dead)

	worker := b.newWorker(t)
	worker.config.WaitSlots = 2

	// More of them than there are slots, each of which waits for a node that will not answer.
	for number := range 6 {
		deployment := id.New()
		b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state, ended_at, created_at)
			VALUES ($1, $2, 'health_check', 'manual', $3, '', 'failed', now() - interval '1 minute', now() - interval '1 hour')`,
			deployment, b.project, strconv.Itoa(number))
		b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state)
			VALUES ($1, $2, $3, '10.79.2.10'::inet + $4::bigint, 80, 100, 1000, 'stopped')`, id.New(), deployment, dead, number)
		require.NoError(t, database.InTx(b.ctx, b.pool, func(tx pgx.Tx, _ *database.Queries) error {
			return insertJob(b.ctx, worker.client, tx, kindCleanup, arguments{DeploymentID: deployment})
		}))
	}

	worker, err := NewWorker(worker.config, Dependencies{
		Pool: b.pool, Listener: b.listener, Keyring: b.keyring, Source: b.activities, Builder: b.activities, Publisher: b.activities, Collector: b.activities, Logger: b.logger,
	})
	require.NoError(t, err)
	b.runWorker(t, worker)

	b.await(t, b.create(t).ID, stateLive)
	b.awaitCount(t, 6, "SELECT count(*) FROM river.river_job WHERE kind = 'cleanup' AND state = 'scheduled'")
}

func TestMakeRoom_ReleaseCommandThatHasEnded_GivesNoRoomBack(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET memory_bytes = $1", 3*(512<<20+overhead))

	worker := b.newWorker(t)
	worker.config.KeepWarm = time.Hour
	b.runWorker(t, worker)

	warm := b.keepWarm(t)
	b.deploy(t, b.addProject(t, 512<<20, 1))
	b.node.freeze(true)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, kind, command, ip, port, cpu_millis, memory_bytes, state, exit_code, desired_state)
		VALUES ($1, $2, $3, 'release', '{true}', '10.79.1.99', 0, 100, $4, 'exited', 0, 'stopped')`, id.New(), warm.ID, b.node.id, 512<<20)

	chosen, err := chooseToCool(b.ctx, b.queries, need{cpuMillis: 100, memoryBytes: 512 << 20})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{warm.ID}, chosen, "the room of the command is free already, and too little")
}
