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
	// pollsAtOnce bounds how many repositories, and how many installations, are asked at the same time, not counting those that are slow.
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
	// shortestRound keeps rounds from being a job each second where repositories are looked at all the time.
	shortestRound = 10 * time.Second
)

// pollRound looks at what is due. Those that answer are looked at again when they are due, however long others take.
type pollRound struct {
	worker *Worker
	// begun are the projects and installations that are being asked.
	begun                  map[uuid.UUID]bool
	projects, installation places
	ended                  chan uuid.UUID
}

// places bound how many are asked at once: those that have answered the last time, and those that have not.
type places struct {
	healthy, troubled chan struct{}
}

func newPlaces() places {
	return places{healthy: make(chan struct{}, pollsAtOnce), troubled: make(chan struct{}, troubledAtOnce)}
}

func newPollRound(worker *Worker) *pollRound {
	return &pollRound{worker: worker, begun: map[uuid.UUID]bool{}, projects: newPlaces(), installation: newPlaces(), ended: make(chan uuid.UUID)}
}

// run begins polls for that long, and returns when all of them have ended, or ctx has.
func (r *pollRound) run(ctx context.Context, lasts time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	wake, unsubscribe := r.worker.listener.Subscribe(database.ChannelPolls, "")
	defer unsubscribe()

	look := time.NewTicker(min(lookForDue, r.worker.config.PollInterval))
	defer look.Stop()

	over := time.After(lasts)
	isOver := lasts == 0
	err := r.begin(ctx)

	for len(r.begun) > 0 || err == nil && !isOver {
		again := false

		select {
		case ended := <-r.ended:
			delete(r.begun, ended)
		case <-look.C:
			again = true
		case <-wake:
			again = true
		case <-over:
			isOver = true
		case <-ctx.Done():
			r.drain()

			return ctx.Err()
		case <-r.worker.stopping:
			cancel()
			r.drain()

			return nil
		}

		if again && !isOver && err == nil {
			err = r.begin(ctx)
		}
	}

	return err
}

// drain waits for polls whose context has ended.
func (r *pollRound) drain() {
	for range len(r.begun) {
		<-r.ended
	}
}

// begin polls what is due, and ends the previews whose time is over.
func (r *pollRound) begin(ctx context.Context) error {
	if err := r.worker.endExpired(ctx); err != nil {
		return err
	}

	for _, troubled := range []bool{false, true} {
		due, err := database.New(r.worker.pool).ListProjectsToPoll(ctx, troubled, r.worker.now())
		if err != nil {
			return err
		}

		for _, project := range due {
			r.start(ctx, task{
				id: project.ID, kind: "project", troubled: troubled, places: r.projects,
				poll: func(ctx context.Context) error { return r.worker.pollProject(ctx, project) },
			})
		}
	}

	return r.beginInstallations(ctx)
}

// beginInstallations looks at the installations that are due. One that others look at meanwhile, or this round still does, is put off.
func (r *pollRound) beginInstallations(ctx context.Context) error {
	if r.worker.github == nil {
		return nil
	}

	now := r.worker.now()
	until := now.Add(claimedFor).Truncate(time.Microsecond) // As Postgres keeps it.

	claimed, err := database.New(r.worker.pool).ClaimInstallations(ctx, until, now, cutOff)
	if err != nil {
		return err
	}

	for _, row := range claimed {
		r.start(ctx, task{
			id: row.GithubInstallation.ID, kind: "installation", troubled: row.GithubInstallation.PollError != nil, places: r.installation,
			poll: func(ctx context.Context) error { return r.worker.pollInstallation(ctx, row, until) },
		})
	}

	return nil
}

// task is one thing to look at.
type task struct {
	id       uuid.UUID
	kind     string
	troubled bool
	places   places
	poll     func(ctx context.Context) error
}

// start looks at something, unless that is being looked at.
func (r *pollRound) start(ctx context.Context, t task) {
	if r.begun[t.id] {
		return
	}

	r.begun[t.id] = true

	go func() {
		r.poll(ctx, t)
		r.ended <- t.id
	}()
}

// poll looks at one thing when there is a place for it.
func (r *pollRound) poll(ctx context.Context, t task) {
	place, patience := t.places.healthy, slowAfter
	if t.troubled {
		place, patience = t.places.troubled, pollTimeout
	}

	select {
	case place <- struct{}{}:
	case <-ctx.Done():
		// What was claimed is given back.
		_ = t.poll(ctx)

		return
	}

	release := time.AfterFunc(patience, func() { <-place })
	defer func() {
		if release.Stop() {
			<-place
		}
	}()

	if err := t.poll(ctx); err != nil && ctx.Err() == nil {
		r.worker.logger.WarnContext(ctx, "could not poll", slog.String(t.kind+"_id", t.id.String()), logging.Error(err))
	}
}
