package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/version"
	"github.com/zeitwork/zeitwork/workflows"
)

// healthLines are the lines of a report, with the advice behind each.
func healthLines(checks []client.HealthCheck) []string {
	return lo.Map(checks, func(c client.HealthCheck, _ int) string {
		return fmt.Sprintf("%s %s: %s → %s", c.State, c.Part, c.Detail, lo.FromPtr(c.Advice))
	})
}

// makeWell has every machine of the database report just now, and nothing be wrong.
func (b *testBundle) makeWell(t *testing.T) {
	t.Helper()

	own := version.Get().Version

	for _, change := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO control_plane (id, answered_at, answering_since) VALUES (1, now(), now() - interval '1 hour')
			ON CONFLICT (id) DO UPDATE SET answered_at = now(), answering_since = now() - interval '1 hour'`, nil},
		{`UPDATE nodes SET last_seen_at = now(), version = $1, state = 'ready', disk_bytes = 100 << 20, disk_free_bytes = 50 << 20, clock_ahead_ms = 900,
			unreachable_because = NULL, unreachable_since = NULL`, []any{own}},
		{`UPDATE edges SET last_seen_at = now(), version = $1, state = 'ready', acknowledged_version = (SELECT version FROM route_table), counted_until = now(),
			clock_ahead_ms = -900`, []any{own}},
		{`DELETE FROM workers`, nil},
		{`INSERT INTO workers (id, name, version, slots, buildkit_address, builders) VALUES ($1, 'worker-1', $2, '{}', 'tcp://10.0.0.9:1234',
			jsonb_build_array(jsonb_build_object('address', 'tcp://10.0.0.9:1234', 'version', $2::text)))`, []any{id.New(), own}},
		{`DELETE FROM backups`, nil},
		{`INSERT INTO backups (target, name, snapshot_at, bytes) VALUES ('s3://backups/zeitwork', 'zeitwork-1', now() - interval '1 hour', 5000000)`, nil},
		{`DELETE FROM certificates`, nil},
		{`DELETE FROM river.river_job`, nil},
		{`DELETE FROM river.river_queue`, nil},
		{`DELETE FROM leak_looks`, nil},
	} {
		_, err := b.pool.Exec(t.Context(), change.text, change.args...)
		require.NoError(t, err, change.text)
	}
}

func (b *testBundle) health(t *testing.T) []string {
	t.Helper()

	answer, err := b.owner.GetPlatformHealthWithResponse(t.Context())
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return healthLines(answer.JSON200.Checks)
}

func TestPlatformHealth_EachFaultIsSaidWithWhatToDo_AndNothingElse(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-7", Region: "here"})
	require.NoError(t, err)
	_, err = b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-7", Region: "here"})
	require.NoError(t, err)

	b.makeWell(t)

	well := b.health(t)
	for _, line := range well {
		require.True(t, strings.HasPrefix(line, "ok "), line)
	}

	queue, _ := workflows.BuildJob()

	const job = `INSERT INTO river.river_job (state, queue, kind, args, max_attempts, scheduled_at, finalized_at, errors) VALUES `

	for _, fault := range []struct{ makeReal, says string }{
		{`UPDATE nodes SET last_seen_at = now() - interval '3 hours' WHERE name = 'node-7'`, "problem nodes: node-7 has not reported for 3 hours → look at its machine"},
		{`UPDATE nodes SET last_seen_at = NULL WHERE name = 'node-7'`, "notice nodes: node-7 was never in touch → zeitwork nodes join node-7"},
		{
			`UPDATE nodes SET unreachable_because = 'tailscale is stopped', unreachable_since = now() WHERE name = 'node-7'`,
			"problem nodes: edges cannot reach the VMs of node-7: tailscale is stopped",
		},
		{`UPDATE nodes SET state = 'cordoned' WHERE name = 'node-7'`, "notice nodes: node-7 is cordoned → zeitwork nodes ready node-7"},
		{`UPDATE nodes SET state = 'draining'`, "problem nodes: none is ready and in touch"},
		{`UPDATE nodes SET disk_free_bytes = 1 << 20 WHERE name = 'node-7'`, "problem node disks: node-7 has 1MiB of 100MiB free → make room"},
		{`UPDATE nodes SET disk_free_bytes = 10 << 20 WHERE name = 'node-7'`, "notice node disks: node-7 has 10MiB of 100MiB free"},
		{`UPDATE nodes SET clock_ahead_ms = -31000 WHERE name = 'node-7'`, "problem clocks: the clock of the node node-7 is 31 seconds behind → set its clock"},
		{`UPDATE edges SET clock_ahead_ms = 45000 WHERE name = 'edge-7'`, "problem clocks: the clock of the edge edge-7 is 45 seconds ahead"},
		{`UPDATE edges SET version = 'another' WHERE name = 'edge-7'`, "notice versions: the edge edge-7 is of another"},
		{`UPDATE workers SET builders = jsonb_set(builders, '{0,version}', '"another"')`, "notice versions: the builder tcp://10.0.0.9:1234 is of another"},
		{`UPDATE edges SET last_seen_at = now() - interval '3 days' WHERE name = 'edge-7'`, "problem edges: edge-7 has not been heard of for 3 days"},
		{`UPDATE edges SET state = 'draining' WHERE name = 'edge-7'`, "notice edges: edge-7 is draining: load balancers leave it → zeitwork edges ready edge-7"},
		{`UPDATE edges SET state = 'draining'`, "problem edges: none is in touch and not draining: load balancers find none for visitors → bring one back"},
		{`UPDATE edges SET last_seen_at = now() - interval '3 days'`, "problem edges: none is in touch and not draining"},
		{`UPDATE route_table SET version = version + 4`, "problem edges: edge-7 serves from a route table that is 4 versions behind"},
		{`UPDATE edges SET counted_until = now() - interval '1 hour' WHERE name = 'edge-7'`, "problem edges: edge-7 has not said what it counted for 60 minutes"},
		{`UPDATE control_plane SET answered_at = now() - interval '5 minutes'`, "problem api: none has answered for 5 minutes → start `zeitwork api`"},
		{`DELETE FROM workers`, "problem workers: none is in touch: nothing is deployed → start `zeitwork worker`"},
		{`UPDATE workers SET buildkit_error = 'It refused the connection.'`, "problem builders: tcp://10.0.0.9:1234 does not answer the worker worker-1: It refused"},
		{
			`UPDATE workers SET buildkit_error = 'It is away.', buildkit_address = 'tcp://10.0.0.9:1234, tcp://10.0.0.8:1234',
				builders = builders || '[{"address": "tcp://10.0.0.8:1234", "version": "", "silent": true}]'`,
			"problem builders: tcp://10.0.0.8:1234 does not answer the worker worker-1: It is away.",
		},
		{
			`INSERT INTO certificates (id, hostname, source, state, not_after, problem)
				VALUES (gen_random_uuid(), '*.apps.example.com', 'uploaded', 'active', now() + interval '3 days', NULL)`,
			"problem certificates: *.apps.example.com (uploaded) is good until",
		},
		{
			job + `('available', '` + queue + `', 'deploy.build', '{}', 3, now() - interval '9 minutes', NULL, NULL)`,
			"problem queues: the oldest of 1 jobs in " + queue + " waits for 9 minutes",
		},
		{
			`INSERT INTO river.river_queue (name, created_at, updated_at, paused_at) VALUES ('` + queue + `', now(), current_timestamp, now())`,
			"problem queues: " + queue + " is paused, and 0 jobs wait",
		},
		{
			job + `('discarded', 'deploy', 'deploy.push', '{}', 3, now(), current_timestamp, ARRAY['{"error":"the registry is away"}'::jsonb])`,
			"problem jobs: 1 of the kind deploy.push were given up within a day: the registry is away",
		},
		{
			`WITH look AS (INSERT INTO leak_looks (id, kind, looked_at, found) VALUES (gen_random_uuid(), 'image', now(), 1) RETURNING id)
				INSERT INTO leaks (id, look_id, name, detail, first_seen_at, last_seen_at)
				SELECT gen_random_uuid(), look.id, 'sha256:1', 'An image.', now() - interval '1 hour', now() FROM look`,
			"problem leaks: 1 of the kind image are there although nothing needs them → zeitwork leaks",
		},
		{`DELETE FROM backups`, "problem backup: none was ever made by `zeitwork backup` → run `zeitwork backup` by a timer"},
		{`UPDATE backups SET snapshot_at = now() - interval '4 days'`, "problem backup: the newest is 4 days old: zeitwork-1 in s3://backups/zeitwork"},
	} {
		b.makeWell(t)

		_, err := b.pool.Exec(t.Context(), fault.makeReal)
		require.NoError(t, err, fault.makeReal)

		bad := lo.Filter(b.health(t), func(line string, _ int) bool { return !strings.HasPrefix(line, "ok ") })
		require.Contains(t, strings.Join(bad, "\n"), fault.says)
		require.LessOrEqual(t, len(lo.UniqBy(bad, func(line string) string { return strings.SplitN(line, ":", 2)[0][strings.Index(line, " "):] })), 1,
			"one fault is said of one part: %q", bad)
	}

	b.makeWell(t)

	_, err = b.pool.Exec(t.Context(), job+`('discarded', 'deploy', 'deploy.push', '{}', 3, now(), current_timestamp, ARRAY['{"error":"the worker died"}'::jsonb])`)
	require.NoError(t, err)
	require.Len(t, b.health(t), len(well))

	// One failure of a job that comes back by the clock is nothing, whatever it was called, and a later one that ends well mends any number.
	ofClock := func(state, kind, ended string) string {
		return fmt.Sprintf(job+`('%s', 'queue', '%s', '{}', 1, now(), now() - interval '%s', ARRAY['{"error":"FATAL"}'::jsonb])`, state, kind, ended)
	}

	for _, step := range []struct {
		makeReal string
		says     []string
	}{
		{ofClock("discarded", "keep_measures", "9 minutes"), nil},
		{ofClock("discarded", "keep_partitions", "8 minutes"), []string{"problem jobs: the last 2 of the kind keep_partitions have failed: FATAL"}},
		{ofClock("completed", "keep_partitions", "7 minutes"), nil},
		{ofClock("discarded", "keep_partitions", "6 minutes"), nil},
		{ofClock("discarded", "keep_partitions", "5 minutes"), []string{"problem jobs: the last 2 of the kind keep_partitions have failed: FATAL"}},
	} {
		_, err = b.pool.Exec(t.Context(), step.makeReal)
		require.NoError(t, err)

		bad := lo.Filter(b.health(t), func(line string, _ int) bool { return !strings.HasPrefix(line, "ok ") })
		require.Len(t, bad, len(step.says), "%q", bad)
		require.Contains(t, strings.Join(bad, "\n"), strings.Join(step.says, ""))
	}

	b.makeWell(t)

	// A newer version migrates the database while processes of the version before run.
	for _, step := range []struct{ by, says string }{
		{"+ 1", "notice database: a newer version than that of this API has migrated it → end the upgrade"},
		{"- 2", "problem database: it lacks migrations that this API knows → run `zeitwork migrate`"},
	} {
		_, err = b.pool.Exec(t.Context(), "UPDATE drizzle.__drizzle_migrations SET created_at = created_at "+step.by+
			" WHERE created_at = (SELECT max(created_at) FROM drizzle.__drizzle_migrations)")
		require.NoError(t, err)
		require.Contains(t, strings.Join(b.health(t), "\n"), step.says)
	}
}

func TestPlatformHealth_ConnectionsAndTransactionsOfTheDatabase(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		server database.DatabaseHealthRow
		says   string
	}{
		{database.DatabaseHealthRow{Bytes: 5 << 30, Connections: 20, MaxConnections: 100}, "ok database: 5GiB, all migrations, 20 of 100 connections"},
		{database.DatabaseHealthRow{Connections: 95, MaxConnections: 100}, "problem database: 95 of 100 connections are taken → raise max_connections"},
		{database.DatabaseHealthRow{MaxConnections: 100, OldestTransactionSeconds: 3600}, "problem database: a transaction is open for 60 minutes"},
	} {
		h := &health{}
		h.judgeDatabase(test.server, 0, "this API")
		require.Len(t, h.checks, 1)
		require.Contains(t, h.checks[0].State+" database: "+h.checks[0].Detail+" → "+h.checks[0].Advice, test.says)
	}
}

func TestPlatformHealth_ReleasesThatAreNoNeighbours(t *testing.T) {
	t.Parallel()

	for pair, neighbours := range map[[2]string]bool{
		{"v1.2.0", "v1.3.4"}: true, {"v1.2.0", "v1.4.0"}: false, {"v1.9.3", "v2.0.0"}: true, {"v1.9.3", "v2.1.0"}: false, {"v1.0.0", "v3.0.0"}: false,
		{"unknown", "v1.0.0"}: true,
	} {
		require.Equal(t, neighbours, areNeighbours(pair[0], pair[1]), pair)
		require.Equal(t, neighbours, areNeighbours(pair[1], pair[0]), pair)
	}
}

func TestPlatformHealth_ManyMachinesFail_SomeAreNamed(t *testing.T) {
	t.Parallel()

	h := &health{}
	for range 100 {
		h.problem("nodes", "", "", "one more")
	}

	require.Len(t, h.checks, mostNamed+1)
	require.Contains(t, h.checks[mostNamed].Detail, "left out")
}

func TestPlatformHealth_ManyNotices_LeaveOutNoProblem_AndProblemsThatAreLeftOutAreSaidAsOne(t *testing.T) {
	t.Parallel()

	h := &health{}
	for range mostNamed + 5 {
		h.notice("nodes", "", "", "one is drained")
	}

	h.problem("nodes", "node-7", "", "node-7 is away")
	require.Equal(t, HealthCheck{Part: "nodes", About: "node-7", State: unhealthy, Detail: "node-7 is away"}, h.checks[len(h.checks)-1])

	for range mostNamed {
		h.problem("nodes", "", "", "one more is away")
	}

	last := h.checks[len(h.checks)-1]
	require.Equal(t, leftOut+" "+unhealthy, last.About+" "+last.State)
}
