package workflows

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// TestLocks_AllTransactionsAgainstEachOther_NeverDeadlock runs deployments, rollbacks, cancellations, moves, rescaling, rebalancing, retiring, reports of
// nodes, proofs of domains, rotations of keys and the reaper at once, on the same projects and nodes, and then asks Postgres how many deadlocks it has had to break. The order
// that keeps them from happening stands in docs/ARCHITECTURE.md.
func TestLocks_AllTransactionsAgainstEachOther_NeverDeadlock(t *testing.T) {
	t.Parallel()

	const (
		projects = 4
		duration = 6 * time.Second
	)

	b := setup(t)
	server := b.askDNS(t)
	worker := b.work(t)
	b.work(t)

	nodes := []uuid.UUID{b.node.id, b.addNode(t, "n2", "10.79.2.0/24"), b.addNode(t, "n3", "10.79.3.0/24")}
	all := append(make([]uuid.UUID, 0, 1+projects), b.project)

	for range projects {
		all = append(all, b.addProject(t, 32<<20, 2))
	}

	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, 'other.example.com', 'generated')", id.New(), all[1])

	first := make([]database.Deployment, 0, len(all))
	for _, project := range all {
		first = append(first, b.deploy(t, project))
	}

	evening := b.newWorker(t)
	evening.config.RebalanceAfter, evening.config.RebalanceGap = time.Millisecond, 1

	// The reports below take the fake node's place.
	b.node.freeze(true)

	ctx, cancel := context.WithTimeout(b.ctx, duration)
	defer cancel()

	var (
		group sync.WaitGroup
		mutex sync.Mutex
		wrong []error
	)

	// again repeats one transaction until the time is over. Conflicts with what another one has done meanwhile are as they should be.
	again := func(name string, f func(ctx context.Context, round int) error) {
		group.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				err := f(ctx, round)
				if err == nil || ctx.Err() != nil || problem.IsUsers(err) || problem.CodeOf(err) == problem.Unavailable || errors.Is(err, errReplacementFailed) {
					continue
				}

				mutex.Lock()
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
				mutex.Unlock()
			}
		})
	}

	for i, project := range all {
		again("create", func(ctx context.Context, round int) error {
			made, err := b.deployments.Create(ctx, CreateRequest{ProjectID: project, Trigger: TriggerManual})
			if err == nil && round%3 == 0 {
				_, err = b.deployments.Cancel(ctx, made.ID, nil)
			}

			return errors.Join(err, worker.sleep(ctx, 50*time.Millisecond))
		})
		again("roll back", func(ctx context.Context, _ int) error {
			_, err := b.deployments.Rollback(ctx, RepeatRequest{DeploymentID: first[i].ID})

			return errors.Join(err, worker.sleep(ctx, 170*time.Millisecond))
		})
		again("change instances", func(ctx context.Context, round int) error {
			if _, err := b.pool.Exec(ctx, "UPDATE projects SET instances = $1, instances_changed_at = now() WHERE id = $2", 1+round%3, project); err != nil {
				return err
			}

			return worker.sleep(ctx, 20*time.Millisecond)
		})
	}

	// The previews of two projects of one organisation wait for the same turns to build.
	for _, project := range all[:2] {
		again("preview", func(ctx context.Context, round int) error {
			made, err := b.deployments.Create(ctx, CreateRequest{ProjectID: project, Branch: "feature", Preview: true, Trigger: TriggerManual})
			if err == nil && round%3 != 0 {
				err = b.deployments.EndPreview(ctx, project, made.EnvironmentID, "", nil)
			}

			return errors.Join(err, worker.sleep(ctx, 20*time.Millisecond))
		})
	}

	// A hostname goes from one project to the other and back.
	claims := []uuid.UUID{b.claim(t, all[0], "shop.example.org", "first"), b.claim(t, all[1], "shop.example.org", "second")}

	again("prove a domain", func(ctx context.Context, round int) error {
		next := claims[round%len(claims)]

		found, err := b.queries.GetDomainToCheck(ctx, next)
		if err != nil {
			return err
		}

		server.Set(t, "_zeitwork.shop.example.org", "TXT zeitwork-verify="+*found.Domain.VerificationToken)
		_, err = worker.domains.Check(ctx, next)

		return errors.Join(err, worker.sleep(ctx, 30*time.Millisecond))
	})

	for _, node := range nodes {
		again("report", func(ctx context.Context, round int) error { return reportNode(ctx, b, node, round) })
	}

	// One node after the other is drained, so that VMs move.
	again("drain", func(ctx context.Context, round int) error {
		if _, err := b.pool.Exec(ctx, "UPDATE nodes SET state = CASE WHEN id = $1 THEN 'draining' ELSE 'ready' END", nodes[round%len(nodes)]); err != nil {
			return err
		}

		return worker.sleep(ctx, 300*time.Millisecond)
	})
	again("rotate keys", func(ctx context.Context, _ int) error {
		_, err := b.keyring.Rotate(ctx, b.pool)

		return errors.Join(err, worker.sleep(ctx, 100*time.Millisecond))
	})
	again("reconcile", func(ctx context.Context, _ int) error { return worker.reconcile(ctx, nil) })
	again("rebalance", func(ctx context.Context, _ int) error {
		return errors.Join(evening.rebalance(ctx, nil), evening.sleep(ctx, 10*time.Millisecond))
	})
	// One project falls asleep as soon as it may, and wakes.
	b.addEdge(t, "e1")
	b.exec(t, "UPDATE edges SET counted_until = now() + interval '1 hour'")
	again("sleep", func(ctx context.Context, _ int) error {
		if err := b.deployments.SetEnvironment(ctx, all[0], b.organisation, EnvironmentSettings{SleepAfterMinutes: new(int32(1))}, nil); err != nil {
			return err
		}

		return worker.sleep(ctx, 40*time.Millisecond)
	})
	again("wake", func(ctx context.Context, _ int) error {
		environment, err := b.queries.GetEnvironmentOf(ctx, all[0], b.organisation)
		if err != nil || environment.LiveDeploymentID == nil {
			return err
		}

		_, err = b.deployments.Wake(ctx, *environment.LiveDeploymentID)

		return errors.Join(err, worker.sleep(ctx, 30*time.Millisecond))
	})
	again("reap", func(ctx context.Context, _ int) error { return worker.reapOnce(ctx) })

	group.Wait()

	require.Empty(t, wrong)
	require.Zero(t, b.count(t, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
}

// TestLocks_PreviewIsMade_TheRouteVersionIsLockedBehindTheTurnsToBuild since previews of other projects of the organisation end in this order.
func TestLocks_PreviewIsMade_TheRouteVersionIsLockedBehindTheTurnsToBuild(t *testing.T) {
	t.Parallel()

	b := setup(t)

	holds, err := b.pool.Begin(b.ctx)
	require.NoError(t, err)

	defer func() { _ = holds.Rollback(context.WithoutCancel(b.ctx)) }()

	_, err = database.New(holds).NextRouteVersion(b.ctx)
	require.NoError(t, err)

	made := make(chan error, 1)

	go func() {
		_, err := b.deployments.Create(b.ctx, CreateRequest{ProjectID: b.project, Branch: "feature", Preview: true, Trigger: TriggerManual})
		made <- err
	}()

	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE 'commit%'`) == 1
	}, 10*time.Second, 5*time.Millisecond, "it waits for the route table's version")
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND locktype = 'advisory' AND granted`), "it has the turns to build")

	require.NoError(t, holds.Rollback(b.ctx))
	require.NoError(t, <-made)
}

// reportNode stores a report of a node as the API does: the node and its VMs.
func reportNode(ctx context.Context, b *testBundle, node uuid.UUID, round int) error {
	return database.InTx(ctx, b.pool, func(tx pgx.Tx, queries *database.Queries) error {
		toldOf, err := queries.RecordNodeReport(ctx, database.RecordNodeReportParams{ID: node, CPUMillis: 64_000, MemoryBytes: 8 << 30})
		if err != nil {
			return err
		}

		found, err := tx.Query(ctx, "SELECT id FROM vms WHERE node_id = $1", node)
		if err != nil {
			return err
		}

		ids, err := pgx.CollectRows(found, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}

		vms, err := queries.LockNodeVMs(ctx, node, ids)
		if err != nil {
			return err
		}

		var waiting []uuid.UUID

		for _, vm := range vms {
			state := []string{"healthy", "healthy", "unhealthy"}[round%3]
			waiting = append(waiting, vm.ID)

			if vm.DesiredState == "stopped" {
				state = "removed"
			}

			if err := queries.RecordVMReport(ctx, database.RecordVMReportParams{ID: vm.ID, State: state}); err != nil {
				return err
			}
		}

		return queries.AddWaitingTime(ctx, toldOf, waiting)
	})
}
