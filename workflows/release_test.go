package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

const releaseVMs = "SELECT count(*) FROM vms WHERE kind = 'release'"

func (b *testBundle) setReleaseCommand(t *testing.T, command string) {
	t.Helper()
	b.exec(t, "UPDATE projects SET release_command = $1", command)
}

// awaitRunning waits until the step has seen that the release command of a deployment runs.
func (b *testBundle) awaitRunning(t *testing.T, deployment database.Deployment) {
	t.Helper()
	b.awaitCount(t, 1, `SELECT count(*) FROM deployment_steps
		WHERE deployment_id = $1 AND step = 'release' AND state = 'running' AND waiting_for = 'Waiting until the release command has ended.'`, deployment.ID)
}

func TestRelease_RunsOnceBeforeAnythingServes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "bin/migrate && echo done")
	b.node.releases("running", 0)
	b.work(t)

	deployment := b.create(t)
	b.awaitRunning(t, deployment)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"), "nothing serves yet")

	vms, err := b.queries.ListDeploymentVMs(b.ctx, seenWithin, deployment.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"/bin/sh", "-c", "bin/migrate && echo done"}, vms[0].VM.Command)
	require.Zero(t, vms[0].VM.Port, "it serves nobody")

	b.node.releases("exited", 0)
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, []string{"push 1 succeeded", "release 1 succeeded", "schedule 1 succeeded"}, b.steps(t, deployment.ID)[3:6])
	b.awaitCount(t, 1, releaseVMs+" AND removed_at IS NOT NULL")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE kind = 'app' AND removed_at IS NULL"))

	routes, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)
	require.Len(t, routes, 2, "the environment's and the deployment's own lead to the app alone")
}

func TestRelease_EndsBadly_FailsWithItsExitCodeAndLastLinesAndTheOlderOneServesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setSecret(t, "TOKEN", canary)
	b.work(t)

	older := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, `CREATE FUNCTION write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
		VALUES (NEW.deployment_id, NEW.id, 1, 'stderr', 'no such table as `+canary+`', now());
		RETURN NEW; END $$`)
	b.exec(t, "CREATE TRIGGER write AFTER INSERT ON vms FOR EACH ROW EXECUTE FUNCTION write()")
	b.setReleaseCommand(t, "bin/migrate --token "+canary)
	b.node.releases("exited", 3)

	deployment := b.create(t)
	failed := b.await(t, deployment.ID, stateFailed)
	require.Equal(t, "invalid", *failed.ErrorCode)
	require.Equal(t, "The release command `bin/migrate --token [redacted]` ended with exit code 3. Its last lines:\nno such table as [redacted]",
		*failed.ErrorMessage)
	require.Equal(t, "release 1 failed", b.steps(t, deployment.ID)[4])
	b.awaitRemoved(t, deployment.ID)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms WHERE deployment_id = $1 AND state = 'healthy'", older.ID))
	require.Equal(t, 1, b.count(t, releaseVMs))
}

func TestRelease_TakesTooLong_IsStoppedAndFails(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "sleep 60")
	b.node.releases("running", 0)

	worker := b.newWorker(t)
	worker.config.ReleaseTimeout = 50 * time.Millisecond
	b.runWorker(t, worker)

	deployment := b.create(t)
	failed := b.await(t, deployment.ID, stateFailed)
	require.Contains(t, *failed.ErrorMessage, "The release command `sleep 60` took longer than 50ms and was stopped.")
	b.awaitRemoved(t, deployment.ID)
}

func TestRelease_NodeLost_FailsAndIsNotRunAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.node.releases("running", 0)
	worker := b.work(t)
	b.reconciling(t, worker)

	deployment := b.create(t)
	b.awaitRunning(t, deployment)

	b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '2 minutes' WHERE id = $1", b.node.id)

	failed := b.await(t, deployment.ID, stateFailed)
	require.Equal(t, "Node n1 was lost while the release command `migrate` ran: it may or may not have finished. "+
		"Look at what it changes, then redeploy to run it again.", *failed.ErrorMessage)
	require.Equal(t, "release 1 failed", b.steps(t, deployment.ID)[4], "it is not tried again")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM vms"), "neither a second one nor an app is placed")
}

func TestRelease_NodeIsDrained_EndsWhereItRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.node.releases("running", 0)
	worker := b.work(t)

	deployment := b.create(t)
	b.awaitRunning(t, deployment)

	b.addNode(t, "n2", "10.79.2.0/24")
	b.exec(t, "UPDATE nodes SET state = 'draining' WHERE id = $1", b.node.id)
	require.NoError(t, worker.reconcile(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'move_vms'"))

	b.node.releases("exited", 0)
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, 1, b.count(t, releaseVMs))
}

//nolint:tparallel // The first worker must have stopped before the second one begins.
func TestRelease_WorkerStopsMeanwhile_AnotherOneWaitsForTheSameVM(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.node.releases("running", 0)

	deployment := b.create(t)

	t.Run("the first worker", func(t *testing.T) {
		b.work(t)
		b.awaitRunning(t, deployment)
	})

	b.work(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = 'release' AND attempt = 2 AND state = 'running'")
	b.node.releases("exited", 0)
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, 1, b.count(t, releaseVMs))
}

func TestRelease_NodesWithAgentsOfAnOlderVersion_WaitsForOneThatCan(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.exec(t, "UPDATE nodes SET capabilities = '{}'")
	b.work(t)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE deployment_id = $1 AND step = 'release' AND error LIKE 'No node can run%'", deployment.ID)
	require.Zero(t, b.count(t, "SELECT count(*) FROM vms"))

	able := b.addNode(t, "n2", "10.79.2.0/24")
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, 1, b.count(t, releaseVMs+" AND node_id = $1", able))
}

func TestRelease_CommandTakenOutMeanwhile_IsNotRun(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.exec(t, "UPDATE nodes SET state = 'draining'")
	b.work(t)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = 'release' AND state = 'retrying'")
	b.exec(t, "UPDATE projects SET release_command = NULL")
	b.exec(t, "UPDATE nodes SET state = 'ready'")
	b.await(t, deployment.ID, stateLive)
	require.Zero(t, b.count(t, releaseVMs))
}

func TestRelease_RollbackRunsNone_RedeployDoes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setReleaseCommand(t, "migrate")
	b.work(t)

	first := b.await(t, b.create(t).ID, stateLive)
	b.await(t, b.create(t).ID, stateLive)
	require.Equal(t, 2, b.count(t, releaseVMs))

	back, err := b.deployments.Rollback(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.await(t, back.ID, stateLive)
	require.Equal(t, 2, b.count(t, releaseVMs), "what an older image migrates to is not what the database needs")

	again, err := b.deployments.Redeploy(b.ctx, RepeatRequest{DeploymentID: first.ID})
	require.NoError(t, err)
	b.await(t, again.ID, stateLive)
	require.Equal(t, 3, b.count(t, releaseVMs))
}

func TestJudgeRelease_SaysWhatTheStateMeans(t *testing.T) {
	t.Parallel()

	began := time.Now()
	command := []string{"/bin/sh", "-c", "bin/migrate\n  --all"}

	for name, c := range map[string]struct {
		vm   database.VM
		lost bool
		age  time.Duration
		want releaseVerdict
	}{
		"pending":     {vm: database.VM{State: "pending"}, want: releaseVerdict{waitingFor: "Waiting until the node starts the release command."}},
		"ended well":  {vm: database.VM{State: "exited", ExitCode: new(int32(0))}, lost: true, want: releaseVerdict{ended: true}},
		"removed too": {vm: database.VM{State: "removed", DesiredState: "stopped", ExitCode: new(int32(0))}, want: releaseVerdict{ended: true}},
		"out of memory": {
			vm:   database.VM{State: "exited", ExitCode: new(int32(137)), Message: new("It used more memory than its limit.")},
			want: releaseVerdict{failure: "The release command `bin/migrate --all` ended with exit code 137. It used more memory than its limit."},
		},
		"cannot start": {
			vm:   database.VM{State: "failed", Message: new("The image starts as nobody knows whom.")},
			want: releaseVerdict{failure: "The release command `bin/migrate --all` did not run to its end. The image starts as nobody knows whom."},
		},
		"never started": {
			vm: database.VM{State: "pulling"}, age: 2 * time.Minute,
			want: releaseVerdict{lost: "No node could start the release command within 1m0s. Redeploy to try again."},
		},
		"removed by somebody": {
			vm: database.VM{State: "removed"},
			want: releaseVerdict{lost: "The VM of the release command `bin/migrate --all` was removed before its end was known: " +
				"it may or may not have finished. Look at what it changes, then redeploy to run it again."},
		},
		"long, within its time": {
			vm: database.VM{State: "running", StartedAt: &began}, age: 2 * time.Minute,
			want: releaseVerdict{waitingFor: "Waiting until the release command has ended."},
		},
	} {
		c.vm.Command, c.vm.StartingFor = command, c.age
		row := database.GetReleaseVMRow{VM: c.vm, NodeName: "n1", NodeSeen: true, NodeLost: c.lost, RunningFor: c.age}
		require.Equal(t, c.want, judgeRelease(row, time.Minute, time.Hour), name)
	}
}
