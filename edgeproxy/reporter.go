package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	reportTimeout = 10 * time.Second
	// reportSpread is the time over which the reports of a minute come in, so that a thousand edges do not send theirs at once.
	reportSpread = 5 * time.Second
	// lastReportTimeout bounds how long a stopping edge tries to tell what it has counted last.
	lastReportTimeout = 3 * time.Second
)

// errReportRefused says that the platform will never take a report.
var errReportRefused = errors.New("the platform refuses what was counted")

// reporter tells the platform each minute what was counted in it.
type reporter struct {
	ledger *ledger
	api    *client.ClientWithResponses
	logger *slog.Logger
}

// run reports until ctx ends, and once more then.
func (r *reporter) run(ctx context.Context) {
	minute := time.Now().Truncate(time.Minute)

	for {
		// Where the clock was put back, the next minute may be hours away.
		sleep(ctx, min(time.Until(minute.Add(time.Minute)), time.Minute))
		r.collect(ctx, minute)

		if ctx.Err() != nil {
			r.sendUntil(context.WithoutCancel(ctx), time.Now().Add(lastReportTimeout))

			return
		}

		minute = time.Now().Truncate(time.Minute)
		sleep(ctx, rand.N(reportSpread)) //nolint:gosec // Spreading load needs no secrecy.
		r.sendUntil(ctx, minute.Add(time.Minute))
	}
}

func (r *reporter) collect(ctx context.Context, minute time.Time) {
	if lost := r.ledger.collect(minute); lost > 0 {
		r.logger.WarnContext(ctx, "the platform is away for so long that the oldest counts of requests are given up", slog.Int("rows", lost))
	}
}

// sendUntil sends all reports. Those that the platform does not take by the deadline are kept.
func (r *reporter) sendUntil(ctx context.Context, deadline time.Time) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

	failures := 0

	for ctx.Err() == nil {
		sent, err := r.sendNext(ctx)

		switch {
		case err == nil && !sent:
			return
		case err == nil:
			failures = 0
		default:
			failures++
			r.logFailure(ctx, failures, err)
			sleep(ctx, pause(failures))
		}
	}
}

// sendNext sends the oldest report, and returns false where there is none. A report that the platform refuses for good is given up.
func (r *reporter) sendNext(ctx context.Context) (bool, error) {
	report, ok := r.ledger.next(time.Now())
	if !ok {
		return false, nil
	}

	err := r.send(ctx, report)
	if errors.Is(err, errReportRefused) {
		r.logger.ErrorContext(ctx, "counts of requests are given up", logging.Error(err), slog.Int("rows", len(report.Traffic)))

		err = nil
	}

	if err == nil {
		r.ledger.forget(report.Sequence)
	}

	return true, err
}

// send sends a report. A platform of the version before refuses one that says until when everything was counted, and gets it without.
func (r *reporter) send(ctx context.Context, report client.EdgeReport) error {
	err := r.post(ctx, report)
	if errors.Is(err, errReportRefused) && report.CountedUntil != nil {
		report.CountedUntil = nil
		err = r.post(ctx, report)
	}

	return err
}

func (r *reporter) post(ctx context.Context, report client.EdgeReport) error {
	ctx, cancel := context.WithTimeout(ctx, reportTimeout)
	defer cancel()

	answer, err := r.api.ReportEdgeWithResponse(ctx, report)

	switch {
	case err != nil:
		return fmt.Errorf("reporting what was counted: %w", err)
	case answer.StatusCode() == http.StatusNoContent:
		return nil
	case answer.StatusCode() == http.StatusUnprocessableEntity:
		return fmt.Errorf("%w: %s", errReportRefused, answer.Body)
	default:
		return fmt.Errorf("reporting what was counted: the platform answered %s", answer.Status())
	}
}

// logFailure warns about the first failure only: the platform may be away for hours.
func (r *reporter) logFailure(ctx context.Context, failures int, err error) {
	level := slog.LevelDebug
	if failures == 1 {
		level = slog.LevelWarn
	}

	r.logger.Log(ctx, level, "the platform cannot be told what was counted; it is kept", logging.Error(err))
}
