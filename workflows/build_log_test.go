package workflows

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// openBuildLog opens the log of an attempt that is under way.
func (b *testBundle) openBuildLog(t *testing.T) *buildLog {
	t.Helper()

	return b.openBuildLogIn(b.ctx, t)
}

func (b *testBundle) openBuildLogIn(ctx context.Context, t *testing.T) *buildLog {
	t.Helper()

	return b.openBuildLogOf(ctx, t, b.create(t))
}

func (b *testBundle) openBuildLogOf(ctx context.Context, t *testing.T, deployment database.Deployment) *buildLog {
	t.Helper()

	row := id.New()
	b.exec(t, `INSERT INTO deployment_steps (id, deployment_id, step, worker, attempt)
		SELECT $1, $2, $3, 'w', count(*) + 1 FROM deployment_steps WHERE deployment_id = $2 AND step = $3`, row, deployment.ID, stepBuild)

	return b.newWorker(t).openBuildLog(ctx, &attempt{step: step{name: stepBuild}, row: row, deployment: deployment, logger: b.logger})
}

func TestBuildLog_AttemptTakenOver_StoresNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)
	b.exec(t, "UPDATE deployment_steps SET state = 'retrying'")
	log.sayf("from the grave")
	log.close()

	require.Zero(t, b.count(t, "SELECT count(*) FROM build_logs"))
}

func TestBuildLog_KeepsOrderAndBounds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)

	const before = 90_000 // Lines of which the log has been told.

	log.lines = before

	for number := range maxLogLines - before + 10 {
		log.write(activities.LogLine{Stream: activities.StreamStdout, Line: fmt.Sprintf("line %d", number)})
	}

	log.close()

	require.Equal(t, maxLogLines-before+2, b.count(t, "SELECT count(*) FROM build_logs"))
	require.Equal(t, maxLogLines-before+2, b.count(t, "SELECT max(number) FROM build_logs"))
	require.Zero(t, b.count(t, `SELECT count(*) FROM (
		SELECT line, row_number() OVER (ORDER BY id) - 1 AS number FROM build_logs WHERE stream = 'stdout') AS l
		WHERE line <> 'line ' || number`))
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM build_logs
		WHERE stream = 'system' AND line = 'The step wrote more than 100000 lines or 32 MiB; what follows is not kept.'`))
	require.Equal(t, 1, b.count(t, `SELECT count(*) FROM build_logs
		WHERE missing = 10 AND line = '10 lines are missing here: the step wrote too many.'`))
}

func TestBuildLog_PostgresDoesNotTakeABatch_ItIsStoredLater(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)

	b.exec(t, `CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P01'; END $$`)
	b.exec(t, "CREATE TRIGGER away BEFORE INSERT ON build_logs EXECUTE FUNCTION away()")
	log.sayf("first")
	log.sayf("second")

	// Both are in the one batch that is being tried, or behind it.
	require.Eventually(t, func() bool { return len(log.queue) == 0 }, patienceOfTests, time.Millisecond)
	b.exec(t, "DROP TRIGGER away ON build_logs")
	log.close()

	rows, err := b.pool.Query(b.ctx, "SELECT line FROM build_logs ORDER BY id")
	require.NoError(t, err)
	lines, err := collectStrings(rows)
	require.NoError(t, err)
	require.Equal(t, []string{"first", "second"}, lines)
}

func TestBuildLog_PostgresRefusesABatch_TheLogSaysHowManyLinesAreMissing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)

	b.exec(t, "ALTER TABLE build_logs ADD CONSTRAINT refused CHECK (line NOT LIKE '%refused%')")
	log.sayf("refused")
	require.Eventually(t, func() bool { return len(log.queue) == 0 }, patienceOfTests, time.Millisecond)
	time.Sleep(2 * logBatchDelay) // The batch ends with its delay.
	log.sayf("what follows")
	log.close()

	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM build_logs"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM build_logs WHERE stream = 'system' AND line = '1 lines are missing here: they could not be stored.' AND missing = 1"))
}

func TestBuildLog_PostgresRefusesOneLine_TheOthersOfItsBatchAreStored(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "ALTER TABLE build_logs ADD CONSTRAINT refused CHECK (line NOT LIKE '%refused%')")

	log := b.openBuildLog(t)

	for _, line := range []string{"first", "second", "refused", "third", "also refused", "fourth"} {
		log.sayf("%s", line)
	}

	log.close()
	require.Equal(t, []string{"first", "second", "third", "fourth", "2 lines are missing here: they could not be stored."}, b.lines(t, "build_logs"))
}

func TestBuildLog_StepIsOverAndPostgresAway_TheBuildDoesNotWaitForIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	ctx, end := context.WithCancel(b.ctx)
	log := b.openBuildLogIn(ctx, t)

	b.exec(t, `CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57P01'; END $$`)
	b.exec(t, "CREATE TRIGGER away BEFORE INSERT ON build_logs EXECUTE FUNCTION away()")
	end()

	const lines = logBacklog + 2*logBatchLines // More than may wait.

	written := make(chan struct{})

	go func() {
		defer close(written)

		for number := range lines {
			log.sayf("line %d", number)
		}
	}()

	receive(t, written, "the build waits for Postgres")
	b.exec(t, "DROP TRIGGER away ON build_logs")
	log.close()
	require.Equal(t, []string{"2400 lines are missing here: they could not be stored."}, b.lines(t, "build_logs"))
}

func TestBuildLog_AnswerToACommitIsLost_NoLineIsStoredTwice(t *testing.T) {
	t.Parallel()

	b := setup(t)
	losing := &losingDialer{}

	pooled := b.pool.Config()
	pooled.ConnConfig.DialFunc = losing.dial
	pool, err := pgxpool.NewWithConfig(b.ctx, pooled)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	opened := b.create(t)
	direct := b.pool
	b.pool = pool
	log := b.openBuildLogOf(b.ctx, t, opened)
	b.pool = direct

	log.sayf("first")
	b.awaitCount(t, 1, "SELECT count(*) FROM build_logs")
	losing.lose.Store(true)
	log.sayf("second")
	require.Eventually(t, func() bool { return !losing.lose.Load() }, patienceOfTests, time.Millisecond)
	log.sayf("third")
	log.close()

	require.Equal(t, []string{"first", "second", "third"}, b.lines(t, "build_logs"))
}

// losingDialer makes connections that lose the answer to the next commit, when told so.
type losingDialer struct{ lose atomic.Bool }

func (d *losingDialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, network, address)

	return &losingConn{Conn: connection, dialer: d}, err
}

type losingConn struct {
	net.Conn

	dialer *losingDialer
	lost   atomic.Bool
}

func (c *losingConn) Write(data []byte) (int, error) {
	if bytes.Contains(data, []byte("commit")) && c.dialer.lose.CompareAndSwap(true, false) {
		c.lost.Store(true)
	}

	return c.Conn.Write(data)
}

// Read waits for the answer that it loses: by then the transaction is committed.
func (c *losingConn) Read(data []byte) (int, error) {
	read, err := c.Conn.Read(data)
	if c.lost.Load() {
		return 0, io.ErrUnexpectedEOF
	}

	return read, err
}

func TestBuildLog_StoresWhateverBytesABuildWrites(t *testing.T) {
	t.Parallel()

	b := setup(t)
	log := b.openBuildLog(t)
	log.write(activities.LogLine{Stream: activities.StreamStdout, Line: "a\x00b\xff"})
	log.write(activities.LogLine{Stream: activities.StreamStdout, Line: strings.Repeat("é", 1<<19)})
	log.close()

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM build_logs WHERE line = $1", "a\uFFFDb\uFFFD"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM build_logs WHERE octet_length(line) < 17000 AND line LIKE '% … (1032192 more bytes)'"))
}

func TestRedactor_TakesOutValuesAndTheirLines(t *testing.T) {
	t.Parallel()

	secrets := newRedactor(map[string]string{
		"TOKEN": "hunter2", "LONGER": "hunter2000", "KEY": "-----BEGIN-----\nabcdef\r\n-----END-----\n", "SHORT": "abc", "EMPTY": "",
	})

	for text, want := range map[string]string{
		"hunter2 hunter2000":                     "[redacted] [redacted]",
		"abcdef":                                 "[redacted]",
		"x-----BEGIN-----y":                      "x[redacted]y",
		"abc stays, being short, and so does ab": "abc stays, being short, and so does ab",
	} {
		require.Equal(t, want, secrets.redact(text))
	}

	require.Equal(t, "text", redactor{}.redact("text"))
}

func TestRedactor_TakesOutWhatIsLeftOfAValue(t *testing.T) {
	t.Parallel()

	secrets := newRedactor(map[string]string{"TOKEN": "hunter2000", "LONG": strings.Repeat("é", 40_000), "PROGRESS_TOKEN": "first\rsecond"})
	note := activities.CutNote + "70000 bytes)"

	require.Equal(t, "[redacted]", secrets.redact("second"), "of a line that was written over only the end is left")

	for line, want := range map[string]string{
		"a hunter2" + note:                              "a [redacted]" + note,
		"hunter200 hunter2000 hunt" + note:              "hunter200 [redacted] [redacted]" + note,
		"a " + strings.Repeat("é", 8000) + note:         "a [redacted]" + note,
		"a " + strings.Repeat("é", 9) + "\uFFFD" + note: "a [redacted]" + note,
		"a hun" + note:                                  "a hun" + note,
		"a hunter2, not cut":                            "a hunter2, not cut",
		"nothing" + note:                                "nothing" + note,
	} {
		require.Equal(t, want, secrets.redactLine(line))
	}

	require.Equal(t, "text"+note, redactor{}.redactLine("text"+note))
}
