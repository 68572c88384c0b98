package workflows

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// pollsAtOnce bounds how many repositories are asked at the same time, not counting those that are slow.
	pollsAtOnce = 32
	// slowAfter is after how long a repository counts as slow: it is waited for beside the others.
	slowAfter = 2 * time.Second
	// troubledAtOnce bounds how many repositories are asked at the same time whose last answer was trouble. They have places of their own, so that
	// those which never answer cost nobody else's pushes time.
	troubledAtOnce = 64
	// pollTimeout bounds how long one repository may take to answer.
	pollTimeout = 20 * time.Second
	// lookForDue is how often a round looks for repositories that are due meanwhile.
	lookForDue = time.Second
	// longestRound is after how long a round begins no more polls, so that it ends well before its job's timeout.
	longestRound = 3 * time.Minute
)

// pollRound polls repositories until none is being asked any more. Those that answer are polled again when they are due, however long others take.
type pollRound struct {
	worker *Worker
	// begun are the projects that are being asked, or whose repository was slow: the round asks those once.
	begun             map[uuid.UUID]bool
	healthy, troubled chan struct{}
	ended             chan pollEnd
	running           int
}

type pollEnd struct {
	project uuid.UUID
	slow    bool
}

func newPollRound(worker *Worker) *pollRound {
	return &pollRound{
		worker: worker, begun: map[uuid.UUID]bool{}, healthy: make(chan struct{}, pollsAtOnce), troubled: make(chan struct{}, troubledAtOnce),
		ended: make(chan pollEnd),
	}
}

// run returns when all polls have ended, or ctx has.
func (r *pollRound) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	look := time.NewTicker(min(lookForDue, r.worker.config.PollInterval))
	defer look.Stop()

	begun := time.Now()
	// Half the interval at first, or a repository that answered a moment after the round began would miss the next one.
	err := r.begin(ctx, r.worker.config.PollInterval/2) //nolint:mnd // Half.

	for r.running > 0 {
		select {
		case end := <-r.ended:
			r.running--
			r.begun[end.project] = end.slow
		case <-look.C:
			if err == nil && ctx.Err() == nil && time.Since(begun) < longestRound {
				err = r.begin(ctx, r.worker.config.PollInterval)
			}
		case <-r.worker.stopping:
			cancel()
			r.drain()
		}
	}

	return err
}

// drain waits for polls whose context has ended.
func (r *pollRound) drain() {
	for ; r.running > 0; r.running-- {
		<-r.ended
	}
}

// begin polls what was not polled for that long.
func (r *pollRound) begin(ctx context.Context, every time.Duration) error {
	for _, troubled := range []bool{false, true} {
		due, err := database.New(r.worker.pool).ListProjectsToPoll(ctx, troubled, every)
		if err != nil {
			return err
		}

		for _, project := range due {
			if r.begun[project.ID] {
				continue
			}

			r.begun[project.ID] = true
			r.running++

			go func() { r.ended <- pollEnd{project.ID, r.poll(ctx, project, troubled)} }()
		}
	}

	return nil
}

// poll asks one repository, when there is a place for it, and tells whether it was slow.
func (r *pollRound) poll(ctx context.Context, project database.ListProjectsToPollRow, troubled bool) (slow bool) {
	places, patience := r.healthy, slowAfter
	if troubled {
		places, patience = r.troubled, pollTimeout
	}

	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return false
	}

	release := time.AfterFunc(patience, func() { <-places })
	defer func() {
		if release.Stop() {
			<-places
		}
	}()

	begun := time.Now()

	err := r.worker.poll(ctx, project)
	if err != nil && ctx.Err() == nil {
		r.worker.logger.WarnContext(ctx, "could not poll a repository", slog.String("project_id", project.ID.String()), logging.Error(err))
	}

	return time.Since(begun) >= slowAfter
}
