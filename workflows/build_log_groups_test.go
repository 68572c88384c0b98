package workflows

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
)

// rowsOf returns what a query that selects one JSON value gets.
func (b *testBundle) rowsOf(t *testing.T, query string) []string {
	t.Helper()

	rows, err := b.pool.Query(b.ctx, query)
	require.NoError(t, err)
	texts, err := collectStrings(rows)
	require.NoError(t, err)

	return texts
}

// instruction returns how an instruction stands that began at 1 s.
func instruction(number int, name, state string) *activities.LogGroup {
	group := &activities.LogGroup{Number: number, Name: name, State: state, Started: time.Unix(1, 0)}
	if state != activities.GroupRunning {
		group.Ended = new(time.Unix(3, 0))
	}

	return group
}

func TestBuildLog_LinesOfInstructions_StandInGroupsAndRuns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)

	for range 2 { // The second attempt's groups come behind those of the first.
		log := b.openBuildLogOf(b.ctx, t, deployment)
		one, two := instruction(1, "RUN one", activities.GroupRunning), instruction(2, "RUN two", activities.GroupRunning)

		log.sayf("fetching")

		for _, group := range []*activities.LogGroup{one, one, two, one, two} {
			log.write(activities.LogLine{Stream: activities.StreamStdout, Line: "x", At: time.Now(), Group: group})
		}

		failed := instruction(2, "RUN two", activities.GroupFailed)
		failed.Error = "exit code: 1"
		log.write(activities.LogLine{Stream: activities.StreamSystem, Line: "RUN one: done", At: time.Now(), Group: instruction(1, "RUN one", activities.GroupDone)})
		log.write(activities.LogLine{Stream: activities.StreamSystem, Line: "RUN two: failed", At: time.Now(), Group: failed})
		log.close()
	}

	require.Equal(t, []string{"1 RUN one done ", "2 RUN two failed exit code: 1", "3 RUN one done ", "4 RUN two failed exit code: 1"}, b.rowsOf(t, `
		SELECT number || ' ' || name || ' ' || state || ' ' || coalesce(error, '') FROM build_log_groups ORDER BY number`))
	require.Equal(t, []string{
		"1: 2-3", "2: 4-4", "1: 5-5", "2: 6-6", "1: 7-7", "2: 8-8", "3: 10-11", "4: 12-12", "3: 13-13", "4: 14-14", "3: 15-15", "4: 16-16",
	}, b.rowsOf(t, `SELECT group_number || ': ' || first_line || '-' || last_line FROM build_log_runs ORDER BY first_line`))
}

func TestBuildLog_BatchesOfOneInstruction_AreOneRun(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)
	group := instruction(1, "RUN npm ci", activities.GroupRunning)

	for range 2*logBatchLines + 1 {
		log.write(activities.LogLine{Stream: activities.StreamStdout, Line: "x", At: time.Now(), Group: group})
	}

	log.close()
	require.Equal(t, []string{"1-401"}, b.rowsOf(t, `SELECT first_line || '-' || last_line FROM build_log_runs`))
}

func TestBuildLog_StepWroteTooMuch_HowItsInstructionsEndedIsKept(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)
	log.lines = maxLogLines

	log.write(activities.LogLine{Stream: activities.StreamStdout, Line: "kept no more", At: time.Now(), Group: instruction(1, "RUN x", activities.GroupRunning)})
	log.write(activities.LogLine{Stream: activities.StreamSystem, Line: "RUN x: done", At: time.Now(), Group: instruction(1, "RUN x", activities.GroupDone)})
	log.close()

	require.Equal(t, []string{
		"The step wrote more than 100000 lines or 32 MiB; what follows is not kept.", "RUN x: done", "1 lines are missing here: the step wrote too many.",
	}, b.lines(t, "build_logs"))
	require.Equal(t, []string{"done"}, b.rowsOf(t, "SELECT state FROM build_log_groups"))
}

func TestBuildLog_SecretsInTheNameOfAnInstruction_AreTakenOut(t *testing.T) {
	t.Parallel()

	log := &buildLog{secrets: newRedactor(map[string]string{"TOKEN": "hunter2000"})}
	group := instruction(1, "RUN echo hunter2000", activities.GroupFailed)
	group.Error = "no hunter2000"

	stored := log.storableGroup(group)
	require.Equal(t, "RUN echo [redacted]", stored.Name)
	require.Equal(t, "no [redacted]", stored.Error)
	require.Equal(t, "RUN echo hunter2000", group.Name, "the caller's is as it was")
}

// TestBuildLog_OfTheVersionBefore_IsNumbered: that one stores lines without numbers, and stores more while this one runs.
func TestBuildLog_OfTheVersionBefore_IsNumbered(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.create(t)
	insert := func() {
		b.exec(t, `INSERT INTO build_logs (deployment_id, step, stream, line, logged_at) SELECT $1, 'build', 'stdout', 'old ' || n, now() FROM generate_series(1, 3) AS n`,
			deployment.ID)
	}

	b.exec(t, "ALTER TABLE build_logs DISABLE TRIGGER build_logs_number_line")
	insert()
	b.exec(t, "ALTER TABLE build_logs ENABLE TRIGGER build_logs_number_line")
	insert()

	log := b.openBuildLogOf(b.ctx, t, deployment)
	log.sayf("new")
	log.close()

	require.Equal(t, []string{"1 old 1", "2 old 2", "3 old 3", "4 old 1", "5 old 2", "6 old 3", "7 new"}, b.rowsOf(t, "SELECT number || ' ' || line FROM build_logs ORDER BY id"))
}

func TestPutBuildLogGroups_OfAnAttemptThatWasClosed_StoresNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)
	b.exec(t, "UPDATE deployment_steps SET state = 'retrying'")

	encoded, err := json.Marshal([]storedGroup{{Number: 1, Name: "RUN x", State: activities.GroupRunning, StartedAt: time.Now()}})
	require.NoError(t, err)
	require.NoError(t, database.New(b.pool).PutBuildLogGroups(context.WithoutCancel(b.ctx), log.deployment, log.attempt, encoded))
	log.close()
	require.Zero(t, b.count(t, "SELECT count(*) FROM build_log_groups"))
}
