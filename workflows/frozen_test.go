package workflows

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
)

// The variables by which a test starts itself again as a process that is nothing but a worker.
const (
	workerDatabase = "ZEITWORK_TEST_WORKER_DATABASE"
	workerKey      = "ZEITWORK_TEST_WORKER_KEY"
	workerFolder   = "ZEITWORK_TEST_WORKER_FOLDER"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerDatabase) != "" {
		workUntilKilled()

		return
	}

	os.Exit(m.Run())
}

// workUntilKilled is a worker in a process of its own. Its build writes that it began, then waits until it may end.
func workUntilKilled() {
	ctx := context.Background()
	folder := os.Getenv(workerFolder)
	b := &testBundle{ctx: ctx, config: database.Config{URL: os.Getenv(workerDatabase), MaxConns: 5}}

	m := &memory{tree: folder, head: "1111111111111111111111111111111111111111"}
	m.setBuild(func(_ context.Context, _ activities.BuildRequest, log func(activities.LogLine)) error {
		if err := os.WriteFile(filepath.Join(folder, "began"), nil, 0o600); err != nil {
			return err
		}

		for !exists(filepath.Join(folder, "release")) {
			time.Sleep(time.Millisecond)
		}

		log(activities.LogLine{Stream: activities.StreamStdout, Line: "from the grave", At: time.Now()})

		return nil
	})

	worker, err := b.connect(m, os.Getenv(workerKey))
	if err == nil {
		err = worker.Run(ctx)
	}

	fmt.Fprintln(os.Stderr, "the worker ended:", err)
	_ = os.WriteFile(filepath.Join(folder, "ended"), nil, 0o600)
}

func exists(path string) bool {
	_, err := os.Stat(path)

	return err == nil
}

// startProcess runs a worker of its own process that is killed at the end of the test, and returns its folder.
func (b *testBundle) startProcess(t *testing.T) (*os.Process, string) {
	t.Helper()

	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\nCMD [\"/app\"]\n"), 0o600))

	command := exec.CommandContext(context.WithoutCancel(b.ctx), os.Args[0])
	command.Env = append(os.Environ(), workerDatabase+"="+b.config.URL, workerKey+"="+b.key.Encode(), workerFolder+"="+folder)
	command.Stdout, command.Stderr = t.Output(), t.Output()
	require.NoError(t, command.Start())

	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})

	return command.Process, folder
}

func TestDeploy_WorkerFrozenAcrossTheReap_WakesAndWritesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	process, folder := b.startProcess(t)
	deployment := b.create(t)
	require.Eventually(t, func() bool { return exists(filepath.Join(folder, "began")) }, patienceOfTests, time.Millisecond)
	require.NoError(t, process.Signal(syscall.SIGSTOP))

	second := b.work(t)
	live := b.await(t, deployment.ID, stateLive)
	before := b.everything(t, deployment.ID)
	require.Equal(t, []string{"build 1 retrying", "build 2 succeeded"}, b.steps(t, deployment.ID)[2:4])

	// It wakes with a build that has just succeeded.
	require.NoError(t, os.WriteFile(filepath.Join(folder, "release"), nil, 0o600))
	require.NoError(t, process.Signal(syscall.SIGCONT))
	require.Eventually(t, func() bool { return exists(filepath.Join(folder, "ended")) }, patienceOfTests, time.Millisecond, "it does not know that it is dead")

	require.Equal(t, before, b.everything(t, deployment.ID))
	require.Equal(t, live, b.get(t, deployment.ID))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM river.river_job WHERE state = 'discarded' AND kind = 'deploy.build'"), "finalized")
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.build'"), "and a fresh job, never revived")

	rows, err := b.queries.ListDeploymentSteps(b.ctx, deployment.ID, b.organisation)
	require.NoError(t, err)
	require.Equal(t, second.Name(), rows[len(rows)-1].Worker)
}

func TestDeploy_WorkerKilled_AnotherResumes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	process, folder := b.startProcess(t)
	deployment := b.create(t)
	require.Eventually(t, func() bool { return exists(filepath.Join(folder, "began")) }, patienceOfTests, time.Millisecond)

	b.work(t)
	require.NoError(t, process.Kill())
	b.await(t, deployment.ID, stateLive)
	require.Equal(t, []string{"build 1 retrying", "build 2 succeeded"}, b.steps(t, deployment.ID)[2:4])
}

// everything is what a worker may write of a deployment, as one text.
func (b *testBundle) everything(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	var text string

	require.NoError(t, b.pool.QueryRow(b.ctx, `SELECT concat(
		(SELECT string_agg(d::text, E'\n') FROM deployments AS d WHERE d.id = $1),
		(SELECT string_agg(s::text, E'\n' ORDER BY s.id) FROM deployment_steps AS s WHERE s.deployment_id = $1),
		(SELECT string_agg(l::text, E'\n' ORDER BY l.id) FROM build_logs AS l WHERE l.deployment_id = $1),
		(SELECT string_agg(v::text, E'\n' ORDER BY v.id) FROM vms AS v WHERE v.deployment_id = $1),
		(SELECT string_agg(r::text, E'\n') FROM route_table AS r),
		(SELECT string_agg(i::text, E'\n' ORDER BY i.id) FROM images AS i))`, deployment).Scan(&text))

	return text
}
