package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// store stores what is written, in batches, until the log is closed and everything is stored or given up.
func (l *buildLog) store(ctx context.Context) {
	defer close(l.stored)

	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()

	defer context.AfterFunc(ctx, func() { time.AfterFunc(logPatience, cancel) })()

	for line := range l.queue {
		l.keep(patient, l.collect(line))

		if l.missing > 0 && patient.Err() == nil {
			l.sayMissing(patient)
		}
	}

	// One more try tells what is missing, where Postgres is back.
	if l.missing > 0 {
		l.logger.WarnContext(ctx, "lost lines of the build log", slog.Int("lines", l.missing))

		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), logPatience)
		defer cancel()

		l.sayMissing(last)
	}
}

// keep stores a batch, however long Postgres is away: the build waits once the backlog is full. Once ctx has ended it drops the batch. Of a
// batch that Postgres refuses each half is stored by itself, so that one line does not keep the others out.
func (l *buildLog) keep(ctx context.Context, batch []activities.LogLine) {
	err := l.tryUntilStored(ctx, batch)

	switch {
	case err == nil:
	case isRefused(err) && len(batch) > 1:
		half := len(batch) / 2 //nolint:mnd // Half.
		l.keep(ctx, batch[:half])
		l.keep(ctx, batch[half:])
	default:
		if isRefused(err) {
			l.logger.WarnContext(ctx, "Postgres refuses a line of the build log", logging.Error(err))
		}

		l.missing += len(batch)
	}
}

// sayMissing writes into the log how many lines are missing. Where it cannot, a later one says so.
func (l *buildLog) sayMissing(ctx context.Context) {
	err := l.tryUntilStored(ctx, []activities.LogLine{{
		Stream: activities.StreamSystem, At: time.Now(), Missing: l.missing, Line: fmt.Sprintf("%d lines are missing here: they could not be stored.", l.missing),
	}})
	if err == nil {
		l.missing = 0
	}
}

// tryUntilStored stores a batch. It returns an error only if Postgres refuses the batch or ctx ends. A batch that was stored although the answer
// to its commit was lost is not stored again: the log of the deployment has grown since, and nobody else can have written for this attempt.
func (l *buildLog) tryUntilStored(ctx context.Context, batch []activities.LogLine) error {
	end := int64(math.MaxInt64)

	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}

		last, err := l.append(ctx, batch, end)
		if err == nil || isRefused(err) {
			return err
		}

		l.logger.WarnContext(ctx, "could not store lines of the build log; trying again", slog.Int("lines", len(batch)), logging.Error(err))

		end = min(end, last)

		select {
		case <-ctx.Done():
		case <-time.After(logRetryPause):
		}
	}
}

// isRefused tells whether Postgres has looked at what it was asked for and refused it: asking again does not help.
func isRefused(err error) bool {
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}

	// Data, integrity, syntax and rights, and limits.
	return slices.ContainsFunc([]string{"22", "23", "42", "54"}, func(class string) bool { return strings.HasPrefix(refusal.Code, class) })
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

// append stores a batch, unless the log of the deployment ends with a line behind end. It returns the id of the last line that was there
// before, also where it fails in the end; math.MaxInt64 where that is not known, since then nothing was stored.
func (l *buildLog) append(ctx context.Context, batch []activities.LogLine, end int64) (last int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()

	last = math.MaxInt64

	err = database.InTx(ctx, l.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.LockBuildLog(ctx, l.deployment.String()); err != nil {
			return fmt.Errorf("lock the log: %w", err)
		}

		groups, err := l.putGroups(ctx, queries, batch)
		if err != nil {
			return err
		}

		params := database.AppendBuildLogParams{
			DeploymentID: l.deployment, AttemptID: l.attempt, Step: l.step, UnlessAbove: end, GroupNumbers: groups,
		}

		for _, line := range batch {
			params.Streams = append(params.Streams, line.Stream)
			params.Lines = append(params.Lines, line.Line)
			params.LoggedAt = append(params.LoggedAt, line.At)
			params.Missing = append(params.Missing, int32(line.Missing)) //nolint:gosec // No build writes billions of lines.
		}

		before, err := queries.AppendBuildLog(ctx, params)
		if err != nil {
			return fmt.Errorf("insert lines: %w", err)
		}

		last = before

		return queries.Notify(ctx, database.ChannelBuildLogs, l.deployment.String())
	})

	return last, err
}
