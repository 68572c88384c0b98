package workflows

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func nodeWith(name string, cpuMillis int32, memoryBytes int64) database.Node {
	return database.Node{
		ID: id.New(), Name: name, Prefix: netip.MustParsePrefix("10.79.1.0/24"), CPUMillis: cpuMillis, CPUOvercommit: 4, MemoryBytes: memoryBytes, Runtime: runc,
	}
}

func TestPlace_SpreadsThenTakesTheEmptiest(t *testing.T) {
	t.Parallel()

	small, large := nodeWith("small", 1000, 1000<<20), nodeWith("large", 1000, 10_000<<20)
	usage := []database.ListNodeUsageRow{{NodeID: large.ID, CPUMillis: 100, MemoryBytes: 100 << 20, Holding: 1}}

	placed, err := place(candidates([]database.Node{small, large}, usage), 3, need{cpuMillis: 100, memoryBytes: 400 << 20})
	require.NoError(t, err)
	require.Equal(t, []database.Node{large, small, large}, placed)
}

func TestPlace_SpreadsOverNodesThenOverRacks(t *testing.T) {
	t.Parallel()

	in := func(rack string, node database.Node) database.Node {
		node.Labels = []byte(`{"rack":"` + rack + `"}`)

		return node
	}

	// Memory alone would fill rack a first.
	a1, a2, b1 := in("a", nodeWith("a1", 4000, 9000<<20)), in("a", nodeWith("a2", 4000, 8000<<20)), in("b", nodeWith("b1", 4000, 1000<<20))
	nodes := []database.Node{a1, a2, b1}

	placed, err := place(candidates(nodes, nil), 4, need{cpuMillis: 100, memoryBytes: 100 << 20})
	require.NoError(t, err)
	require.Equal(t, []database.Node{a1, b1, a2, b1}, placed, "another rack, then another node, then the rack with fewer")

	placed, err = place(candidates(nodes, []database.ListNodeUsageRow{{NodeID: a2.ID, Instances: 1}}), 1, need{cpuMillis: 100, memoryBytes: 100 << 20})
	require.NoError(t, err)
	require.Equal(t, []database.Node{b1}, placed, "the rack of what is there already counts")

	loose := []database.Node{nodeWith("c", 4000, 9000<<20), nodeWith("d", 4000, 8000<<20), a2}
	placed, err = place(candidates(loose, nil), 3, need{cpuMillis: 100, memoryBytes: 100 << 20})
	require.NoError(t, err)
	require.ElementsMatch(t, loose, placed, "a node without a label stands in no other's rack")
}

func TestPlace_OvercommitsProcessorsButNotMemory(t *testing.T) {
	t.Parallel()

	node := nodeWith("n", 1000, 4*(250<<20+overhead))

	placed, err := place(candidates([]database.Node{node}, nil), 4, need{cpuMillis: 1000, memoryBytes: 250 << 20})
	require.NoError(t, err)
	require.Len(t, placed, 4)

	for _, n := range []need{{cpuMillis: 1001, memoryBytes: 100}, {cpuMillis: 100, memoryBytes: 250<<20 + 1}} {
		_, err = place(candidates([]database.Node{node}, nil), 4, n)
		require.Equal(t, problem.Unavailable, problem.CodeOf(err))
		require.ErrorContains(t, err, "No node has room")
	}

	_, err = place(nil, 1, need{cpuMillis: 1, memoryBytes: 1})
	require.ErrorContains(t, err, "No node is ready.")
}

func TestLowestFree_SkipsReservedAndHeld(t *testing.T) {
	t.Parallel()

	prefix := netip.MustParsePrefix("10.79.1.0/29")
	held := []netip.Addr{netip.MustParseAddr("10.79.1.2"), netip.MustParseAddr("10.79.1.4")}

	var got []string

	for {
		address, err := lowestFree(prefix, held)
		if err != nil {
			require.Equal(t, problem.Unavailable, problem.CodeOf(err))

			break
		}

		got = append(got, address.String())
		held = append(held, address)
	}

	require.Equal(t, []string{"10.79.1.3", "10.79.1.5", "10.79.1.6"}, got, "neither .0, .1 nor the broadcast address .7")
}

func TestSchedule_ManyAtOnce_NoAddressTwice(t *testing.T) {
	t.Parallel()

	const projects, instances = 12, 2

	b := setup(t)
	b.addNode(t, "n2", "10.79.2.0/24")
	b.work(t)
	b.work(t)

	deployments := make([]uuid.UUID, 0, projects)

	for range projects {
		project := id.New()
		b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy, instances, memory_bytes)
			SELECT $1::uuid, organisation_id, 'App', $1::uuid::text, 'https://git.example.com/app.git', false, $3, 33554432 FROM projects WHERE id = $2`,
			project, b.project, instances)

		deployment, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: project, Trigger: TriggerManual})
		require.NoError(t, err)

		deployments = append(deployments, deployment.ID)
	}

	for _, deployment := range deployments {
		b.await(t, deployment, stateLive)
		require.Equal(t, 2, b.count(t, "SELECT count(DISTINCT node_id) FROM vms WHERE deployment_id = $1", deployment), "spread over both nodes")
	}

	require.Equal(t, projects*instances, b.count(t, "SELECT count(DISTINCT ip) FROM vms"))
}

func TestSchedule_NoNode_WaitsUntilThereIsOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "UPDATE nodes SET state = 'draining'")
	b.work(t)

	deployment := b.create(t)

	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM deployment_steps
			WHERE step = 'schedule' AND state = 'retrying' AND waiting_for = 'Waiting because no node is ready; next try in 1 s.'`) == 1
	}, patienceOfTests, lookAgain/100)

	b.exec(t, "UPDATE nodes SET state = 'ready'")
	b.await(t, deployment.ID, stateLive)
}

func TestSchedule_AddressesRestBeforeTheyAreUsedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)

	worker := b.newWorker(t)
	worker.config.AddressCooldown = 0
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	b.awaitRemoved(t, first.ID)

	third := b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND host(ip) = '10.79.1.2'", third.ID))
}

func TestReleaseAddresses_AnEdgeIsAway_TheAddressRestsUntilItIsBackOrDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, desired_state, state, removed_at)
		VALUES ($1, $2, $3, '10.79.1.2', 80, 100, 1000, 'stopped', 'removed', now() - interval '1 minute')`, id.New(), b.create(t).ID, b.node.id)
	b.exec(t, `INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, 'away', 'eu', now() - interval '1 hour'),
		($2, 'here', 'eu', now()), ($3, 'never was', 'eu', NULL)`, id.New(), id.New(), id.New())

	held := func() int {
		require.NoError(t, b.queries.ReleaseAddresses(b.ctx, time.Second))

		return b.count(t, "SELECT count(*) FROM vms WHERE ip_released_at IS NULL")
	}

	require.Equal(t, 1, held())
	b.exec(t, "UPDATE edges SET last_seen_at = now() WHERE name = 'away'")
	require.Zero(t, held())

	b.exec(t, "UPDATE vms SET ip_released_at = NULL")
	b.exec(t, "UPDATE edges SET last_seen_at = now() - interval '1 hour' WHERE name = 'away'")
	require.Equal(t, 1, held())
	b.exec(t, "DELETE FROM edges WHERE name = 'away'")
	require.Zero(t, held())
}

func TestPlacement_CordonedNode_GetsNoVMsAndKeepsItsOwn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	b.runWorker(t, worker)
	live := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, "UPDATE nodes SET state = 'cordoned' WHERE id = $1", b.node.id)

	vm := database.CreateVMParams{DeploymentID: live.ID, Kind: vmApp, Port: 80, CPUMillis: 100, MemoryBytes: 1000}
	place := func() (nodes []database.Node, err error) {
		return nodes, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
			nodes, err = worker.placeOn(b.ctx, queries, anywhere, vm, 1)

			return err
		})
	}

	_, err := place()
	require.ErrorContains(t, err, "No node is ready.")

	other := b.addNode(t, "n2", "10.79.2.0/24")
	nodes, err := place()
	require.NoError(t, err)
	require.Equal(t, other, nodes[0].ID)

	moves, err := database.New(b.pool).ListDeploymentsToMove(b.ctx, time.Minute, time.Hour, seenWithin)
	require.NoError(t, err)
	require.Empty(t, moves)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE node_id = $1 AND desired_state = 'running'", b.node.id), "it serves on")
}

func TestPlacement_OfManyNodes_FindsTheOneThatHasRoomAndKnowsWhereTheDeploymentIs(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	holder := b.create(t)

	const small = 1 << 20

	b.exec(t, `INSERT INTO nodes (id, name, region, prefix, cpu_millis, memory_bytes, reserved_memory_bytes, runtime, last_seen_at)
		SELECT gen_random_uuid(), 'small-' || n, 'eu', ('10.80.' || n || '.0/24')::cidr, 4000, $1, 0, $2, now() + interval '1 hour'
		FROM generate_series(1, 4 * $3::int) AS n`, small, runc, sampledNodes/2)

	vm := database.CreateVMParams{DeploymentID: holder.ID, Kind: vmApp, CPUMillis: 100, MemoryBytes: 2 * small}

	require.NoError(t, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		for range 3 {
			placed, err := worker.placeOn(b.ctx, queries, anywhere, vm, 1)
			require.NoError(t, err)
			require.Equal(t, b.node.id, placed[0].ID)
			require.NoError(t, createVM(b.ctx, queries, vm, placed[0]))

			sampled, err := queries.SampleUsableNodes(b.ctx, database.SampleUsableNodesParams{SeenWithin: seenWithin, DeploymentID: holder.ID, Most: 1})
			require.NoError(t, err)
			require.Contains(t, lo.Map(sampled, func(node database.Node, _ int) uuid.UUID { return node.ID }), b.node.id)
			require.LessOrEqual(t, len(sampled), 2)
		}

		return nil
	}))
}
