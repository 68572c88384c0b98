package workflows

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// vmsOf makes the rows that judge looks at, one for each state.
func vmsOf(states ...string) []database.ListDeploymentVMsRow {
	rows := make([]database.ListDeploymentVMsRow, 0, len(states))
	for _, state := range states {
		rows = append(rows, database.ListDeploymentVMsRow{VM: database.VM{Kind: vmApp, State: state, DesiredState: "running"}, NodeName: "n1", NodeSeen: true})
	}

	return rows
}

func TestJudge_SaysWhatTheStatesMean(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		rows []database.ListDeploymentVMsRow
		want verdict
	}{
		"all healthy":     {vmsOf("healthy", "healthy"), verdict{healthy: true, waitingFor: "Waiting until the node starts the VM."}},
		"none":            {vmsOf(), verdict{waitingFor: "Waiting until the node starts the VM."}},
		"one starting":    {vmsOf("healthy", "starting"), verdict{started: true, waitingFor: "Waiting until the app is healthy (1 of 2)."}},
		"pulling":         {vmsOf("pulling"), verdict{waitingFor: "Waiting until the node has pulled the image."}},
		"crashed once":    {vmsOf("crashed"), verdict{started: true, waitingFor: "Waiting until the app is healthy (0 of 1)."}},
		"failed to start": {vmsOf("failed"), verdict{started: true, failure: "The app could not be started.", waitingFor: "Waiting until the app is healthy (0 of 1)."}},
	} {
		got := judge(c.rows)
		if name == "all healthy" || name == "none" {
			require.Equal(t, c.want.healthy, got.healthy, name)

			continue
		}

		require.Equal(t, c.want, got, name)
	}
}

func TestJudge_NamesANodeThatDoesNotAnswer(t *testing.T) {
	t.Parallel()

	rows := vmsOf("pending")
	rows[0].NodeSeen = false
	require.Equal(t, "Waiting because node n1 does not answer.", judge(rows).waitingFor)
}

func TestHealthCheck_AppCrashes_FailsWithItsLastLinesAndTheOlderOneServesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.setSecret(t, "TOKEN", canary)
	b.work(t)

	older := b.await(t, b.create(t).ID, stateLive)

	b.exec(t, `CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
		VALUES (NEW.deployment_id, NEW.id, 1, 'stderr', 'cannot reach the database', now()), (NEW.deployment_id, NEW.id, 2, 'stderr', 'bye `+canary+`', now());
		RETURN NEW; END $$`)
	b.exec(t, "CREATE TRIGGER crash AFTER INSERT ON vms FOR EACH ROW EXECUTE FUNCTION crash()")
	b.exec(t, "UPDATE vms SET state = 'crashed'") // So that the fake node leaves the older VM as it is.
	b.node.reports("crashed", "It exited with code 1.", "2")

	failed := b.await(t, b.create(t).ID, stateFailed)
	require.Equal(t, "The app crashes again and again. It exited with code 1. Its last lines:\ncannot reach the database\nbye [redacted]",
		*failed.ErrorMessage)
	require.Equal(t, stateLive, b.get(t, older.ID).State)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'generated' AND deployment_id = $1", older.ID))
	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM vms WHERE removed_at IS NULL") == 1
	}, patienceOfTests, 10*time.Millisecond, "only the older one's VM is left")
	b.requireNowhere(t, canary)
}

func TestHealthCheck_AppWritesLongLines_TheErrorStaysShort(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment, worker := b.create(t), b.newWorker(t)
	vm := id.New()
	b.exec(t, `INSERT INTO vms (id, deployment_id, node_id, ip, port, cpu_millis, memory_bytes, state)
		VALUES ($1, $2, $3, '10.79.1.9', 80, 100, 1000, 'running')`, vm, deployment.ID, b.node.id)
	b.exec(t, `INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
		SELECT $1, $2, number, 'stdout', repeat('x', 498) || $3 || repeat('y', 16000), now() FROM generate_series(1, 20) AS number`,
		deployment.ID, vm, canary)

	err := worker.unhealthy(b.ctx, &attempt{deployment: deployment, secrets: newRedactor(map[string]string{"TOKEN": canary})}, "It crashes.")
	require.Less(t, len(problem.MessageOf(err)), 20*600)
	require.Equal(t, 20, strings.Count(problem.MessageOf(err), strings.Repeat("x", 498)+"[r … (16008 more bytes)"))
}

func TestHealthCheck_AppNeverAnswers_FailsInTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("running", "Nothing listens on port 3000.", "")

	worker := b.newWorker(t)
	worker.config.HealthTimeout = 50 * time.Millisecond
	b.runWorker(t, worker)

	failed := b.await(t, b.create(t).ID, stateFailed)
	require.Equal(t, "invalid", *failed.ErrorCode)
	require.Equal(t, "The app did not become healthy within 0 seconds. Nothing listens on port 3000. If it needs longer to start, give it more time: "+
		"`zeitwork projects set app --start-seconds 2`. It wrote nothing to its log.", *failed.ErrorMessage)
}

func TestHealthCheck_ProjectGivesItsAppAnotherTime_IsHeeded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("running", "Nothing listens on port 3000.", "")
	b.exec(t, "UPDATE projects SET start_seconds = 1")

	worker := b.newWorker(t)
	worker.config.HealthTimeout = time.Hour
	b.runWorker(t, worker)

	failed := b.await(t, b.create(t).ID, stateFailed)
	require.Contains(t, *failed.ErrorMessage, "within 1 seconds. ")
	require.Contains(t, *failed.ErrorMessage, "--start-seconds 2`")
}

func TestTooSlow_NamesALongerTimeOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()

	require.Equal(t, "The app did not become healthy within 60 seconds. If it needs longer to start, give it more time: "+
		"`zeitwork projects set shop --start-seconds 120`.", tooSlow("shop", time.Minute, ""))
	require.Equal(t, "The app did not become healthy within 1800 seconds. It sleeps.", tooSlow("shop", 30*time.Minute, "It sleeps."))
}

func TestHealthCheck_SaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("pulling", "", "")
	b.work(t)

	deployment := b.create(t)
	waitingFor := func(sentence string) func() bool {
		return func() bool {
			return b.count(t, `SELECT count(*) FROM deployment_steps
				WHERE deployment_id = $1 AND step = 'health_check' AND state = 'running' AND waiting_for = $2`, deployment.ID, sentence) == 1
		}
	}

	require.Eventually(t, waitingFor("Waiting until the node has pulled the image."), patienceOfTests, 5*time.Millisecond)
	b.node.reports("starting", "", "")
	require.Eventually(t, waitingFor("Waiting until the app is healthy (0 of 1)."), patienceOfTests, 5*time.Millisecond)
	b.node.reports("healthy", "", "")
	b.await(t, deployment.ID, stateLive)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployment_steps WHERE waiting_for IS NOT NULL"))
}

func TestHealthCheck_NoNodeStartsTheVM_FailsInTimeAndIsNotTriedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("pulling", "The node's disk is full.", "")

	worker := b.newWorker(t)
	worker.config.StartTimeout = 50 * time.Millisecond
	b.runWorker(t, worker)

	deployment := b.create(t)
	failed := b.await(t, deployment.ID, stateFailed)
	require.Equal(t, "unavailable", *failed.ErrorCode)
	require.Contains(t, *failed.ErrorMessage, "No node could start the app within")
	require.Contains(t, *failed.ErrorMessage, "The node's disk is full. Redeploy to try again.")
	require.Equal(t, "health_check 1 failed", b.steps(t, deployment.ID)[5])
	b.awaitRemoved(t, deployment.ID)
}

func TestHealthCheck_NodeIsAway_TheTimeDoesNotCountAgainstTheApp(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")

	worker := b.newWorker(t)
	worker.config.HealthTimeout = 300 * time.Millisecond
	b.runWorker(t, worker)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'starting'")

	// The node falls silent for longer than an app may take. Its VM is as it last said.
	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '20 seconds'")
	b.awaitCount(t, 1, "SELECT count(*) FROM deployment_steps WHERE step = 'health_check' AND waiting_for = 'Waiting because node n1 does not answer.'")

	silent := time.Now()
	require.Eventually(t, func() bool { return time.Since(silent) > 3*worker.config.HealthTimeout }, patienceOfTests, 10*time.Millisecond)
	require.Equal(t, stateDeploying, b.get(t, deployment.ID).State, "a dead node is no fault of the app")

	b.node.reports("healthy", "", "")
	b.exec(t, "UPDATE nodes SET last_seen_at = now() + interval '1 hour'")
	b.await(t, deployment.ID, stateLive)
}

func TestHealthCheck_NodeIsLost_TheDeploymentGoesLiveOnAnotherOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("starting", "", "")

	worker := b.newWorker(t)
	worker.config.HealthTimeout = 300 * time.Millisecond
	b.runWorker(t, worker)

	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE state = 'starting'")

	b.exec(t, "UPDATE nodes SET last_seen_at = now() - interval '2 minutes'")
	b.addNode(t, "n2", "10.79.2.0/24")
	b.node.reports("healthy", "", "")
	b.reconciling(t, worker)
	b.await(t, deployment.ID, stateLive)
}

func TestHealthCheck_AttemptsFollowOneAnother_TheTimeOfTheAppGoesOn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.node.reports("running", "Nothing listens on port 3000.", "")

	first := b.newWorker(t)
	stop := b.runUntilStopped(t, first)
	deployment := b.create(t)
	b.awaitCount(t, 1, "SELECT count(*) FROM vms WHERE unhealthy_for > interval '50 milliseconds'")
	stop()

	var before time.Duration

	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT unhealthy_for FROM vms").Scan(&before))

	second := b.newWorker(t)
	second.config.HealthTimeout = before // The time is up: another attempt does not begin anew.
	b.runWorker(t, second)
	b.await(t, deployment.ID, stateFailed)
}
