package workflows

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/activities"
)

// The bounds of a step's log.
const (
	logBatchLines = 200
	logBatchDelay = 100 * time.Millisecond
	maxLogLines   = 100_000
	maxLogMiB     = 32
	maxLogBytes   = maxLogMiB << 20
	// maxLogGroups is of how many instructions of a build the log keeps more than their lines.
	maxLogGroups = 1_000
	// maxGroupText is how many bytes are kept of the name of an instruction, and of its error.
	maxGroupText = 2 << 10
	// logBacklog is how many lines may wait for Postgres before the build has to wait as well.
	logBacklog = 2_000
	// logRetryPause is how long to wait before a batch is stored that Postgres did not take.
	logRetryPause = 500 * time.Millisecond
	// logPatience is for how long lines are still being stored once their step is over.
	logPatience = 5 * time.Second
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
	// unkept counts the lines beyond the bounds.
	unkept int
	queue  chan activities.LogLine
	// stored is closed once nothing more will be stored.
	stored chan struct{}
	// missing counts the lines that could not be stored and that the log has not mentioned yet. Only store uses it.
	missing int
	// groupsBefore is how many groups the log had before this attempt's first one; nil until that is known. Only store uses it.
	groupsBefore *int32
}

// openBuildLog returns a log that the caller must close. The end of ctx, which is the step's, ends it only after logPatience, since the
// last lines tell why.
func (w *Worker) openBuildLog(ctx context.Context, a *attempt) *buildLog {
	log := &buildLog{
		pool: w.pool, deployment: a.deployment.ID, attempt: a.row, step: a.step.name, secrets: a.secrets, logger: a.logger,
		queue: make(chan activities.LogLine, logBacklog), stored: make(chan struct{}),
	}

	go log.store(ctx)

	return log
}

// write takes one line. It is not safe for concurrent use.
func (l *buildLog) write(line activities.LogLine) {
	wasFull, isKept := l.isFull(), endsGroup(line)

	line.Line = cutLine(l.secrets.redactLine(storable(line.Line)), activities.MaxLogLineBytes)
	line.Group = l.storableGroup(line.Group)

	if !wasFull || isKept {
		l.lines++
		l.bytes += len(line.Line)
	}

	if l.isFull() && !wasFull {
		l.queue <- activities.LogLine{
			Stream: activities.StreamSystem, At: line.At,
			Line: fmt.Sprintf("The step wrote more than %d lines or %d MiB; what follows is not kept.", maxLogLines, maxLogMiB),
		}
	}

	if l.isFull() && !isKept {
		l.unkept++

		return
	}

	l.queue <- line
}

// endsGroup tells whether the line says how an instruction ended: that is kept whatever else was written.
func endsGroup(line activities.LogLine) bool {
	return line.Stream == activities.StreamSystem && line.Group != nil && line.Group.State != activities.GroupRunning
}

func (l *buildLog) isFull() bool { return l.lines > maxLogLines || l.bytes > maxLogBytes }

// storableGroup bounds what is kept of a group. Nil stands for no group.
func (l *buildLog) storableGroup(group *activities.LogGroup) *activities.LogGroup {
	if group == nil || group.Number > maxLogGroups {
		return nil
	}

	kept := *group
	kept.Name = cutLine(l.secrets.redact(storable(group.Name)), maxGroupText)
	kept.Error = cutLine(l.secrets.redact(storable(group.Error)), maxGroupText)

	return &kept
}

// sayf writes a line in the platform's own voice.
func (l *buildLog) sayf(format string, args ...any) {
	l.write(activities.LogLine{Stream: activities.StreamSystem, Line: fmt.Sprintf(format, args...), At: time.Now()})
}

// close stores the lines that are left. While Postgres is away it waits until the step is over and logPatience has passed: until then
// nothing else of the attempt can be written either.
func (l *buildLog) close() {
	if l.unkept > 0 {
		l.queue <- activities.LogLine{
			Stream: activities.StreamSystem, At: time.Now(), Missing: l.unkept, Line: fmt.Sprintf("%d lines are missing here: the step wrote too many.", l.unkept),
		}
	}

	close(l.queue)
	<-l.stored
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
