package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// The bounds of a step's log.
const (
	logBatchLines = 200
	logBatchDelay = 100 * time.Millisecond
	maxLogLines   = 20_000
	maxLogMiB     = 32
	maxLogBytes   = maxLogMiB << 20
	// logBacklog is how many lines may wait for Postgres before the build has to wait as well.
	logBacklog = 2_000
	// logRetryPause is how long to wait before a batch is stored that Postgres did not take.
	logRetryPause = 500 * time.Millisecond
	// logGivesUp is for how long a log that was closed is still being stored.
	logGivesUp = 10 * time.Second
)

// buildLog stores the lines of one attempt in batches, in their order, without the values of environment variables.
type buildLog struct {
	pool       *pgxpool.Pool
	deployment uuid.UUID
	attempt    uuid.UUID
	step       string
	secrets    redactor
	logger     *slog.Logger

	lines, bytes int
	queue        chan activities.LogLine
	// closing is closed once no more lines come, and stored once nothing more will be stored.
	closing, stored chan struct{}
}

// openBuildLog returns a log that the caller must close. The end of ctx does not end it, since the last lines tell why.
func (w *Worker) openBuildLog(ctx context.Context, a *attempt) *buildLog {
	log := &buildLog{
		pool: w.pool, deployment: a.deployment.ID, attempt: a.row, step: a.step.name, secrets: a.secrets, logger: a.logger,
		queue: make(chan activities.LogLine, logBacklog), closing: make(chan struct{}), stored: make(chan struct{}),
	}

	go log.store(context.WithoutCancel(ctx))

	return log
}

// write takes one line. It is not safe for concurrent use.
func (l *buildLog) write(line activities.LogLine) {
	if l.lines > maxLogLines || l.bytes > maxLogBytes {
		return
	}

	line.Line = cutLine(l.secrets.redactLine(storable(line.Line)), activities.MaxLogLineBytes)
	l.lines++
	l.bytes += len(line.Line)

	if l.lines > maxLogLines || l.bytes > maxLogBytes {
		line.Stream = activities.StreamSystem
		line.Line = fmt.Sprintf("The step wrote more than %d lines or %d MiB; what follows is not kept.", maxLogLines, maxLogMiB)
	}

	l.queue <- line
}

// sayf writes a line in the platform's own voice.
func (l *buildLog) sayf(format string, args ...any) {
	l.write(activities.LogLine{Stream: activities.StreamSystem, Line: fmt.Sprintf(format, args...), At: time.Now()})
}

// close stores the lines that are left. While Postgres is away it gives up after a while: then nothing of the attempt can be written.
func (l *buildLog) close() {
	close(l.queue)
	close(l.closing)
	<-l.stored
}

func (l *buildLog) store(ctx context.Context) {
	defer close(l.stored)

	lost := 0

	for line := range l.queue {
		batch := l.collect(line)

		if lost > 0 {
			batch = append([]activities.LogLine{{
				Stream: activities.StreamSystem, At: batch[0].At, Line: fmt.Sprintf("%d lines are missing here: they could not be stored.", lost),
			}}, batch...)
		}

		if err := l.appendPatiently(ctx, batch); err != nil {
			lost += len(batch)

			l.logger.WarnContext(ctx, "lost lines of the build log", slog.Int("lines", len(batch)), logging.Error(err))

			continue
		}

		lost = 0
	}
}

// appendPatiently stores a batch, however long Postgres is away: the build waits once the backlog is full. Behind close it is patient for
// logGivesUp only. A batch whose commit was not answered is stored again, so that its lines may stand there twice.
func (l *buildLog) appendPatiently(ctx context.Context, batch []activities.LogLine) error {
	var givesUp <-chan time.Time

	closing := l.closing

	for {
		err := l.append(ctx, batch)
		if err == nil || isRefused(err) {
			return err
		}

		retry := time.NewTimer(logRetryPause)

		for waiting := true; waiting; {
			select {
			case <-closing:
				closing, givesUp = nil, time.After(logGivesUp)
			case <-givesUp:
				return err
			case <-retry.C:
				waiting = false
			}
		}
	}
}

// isRefused tells whether Postgres has looked at what it was asked for and refused it: asking again does not help.
func isRefused(err error) bool {
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}

	switch refusal.Code[:2] {
	case "22", "23", "42": // Data, integrity, syntax and rights.
		return true
	default:
		return false
	}
}

// collect takes the lines that come within the delay.
func (l *buildLog) collect(first activities.LogLine) []activities.LogLine {
	batch := []activities.LogLine{first}
	deadline := time.After(logBatchDelay)

	for len(batch) < logBatchLines {
		select {
		case line, open := <-l.queue:
			if !open {
				return batch
			}

			batch = append(batch, line)
		case <-deadline:
			return batch
		}
	}

	return batch
}

func (l *buildLog) append(ctx context.Context, batch []activities.LogLine) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()

	params := database.AppendBuildLogParams{DeploymentID: l.deployment, AttemptID: l.attempt, Step: l.step}

	for _, line := range batch {
		params.Streams = append(params.Streams, line.Stream)
		params.Lines = append(params.Lines, line.Line)
		params.LoggedAt = append(params.LoggedAt, line.At)
	}

	return database.InTx(ctx, l.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.LockBuildLog(ctx, l.deployment.String()); err != nil {
			return fmt.Errorf("lock the log: %w", err)
		}

		if err := queries.AppendBuildLog(ctx, params); err != nil {
			return fmt.Errorf("insert lines: %w", err)
		}

		return queries.Notify(ctx, database.ChannelBuildLogs, l.deployment.String())
	})
}

// cutLine bounds a line and says how many bytes it left out.
func cutLine(line string, limit int) string {
	// The activity may have cut the line already, and has then added a note of its own.
	const note = 64

	if len(line) <= limit+note {
		return line
	}

	kept := line[:limit]
	for !utf8.ValidString(kept) {
		kept = kept[:len(kept)-1]
	}

	return strings.TrimRight(kept, "\r\n") + fmt.Sprintf(" … (%d more bytes)", len(line)-len(kept))
}
