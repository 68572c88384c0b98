package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// An installation of the GitHub App is looked at as a whole: one query tells which of its repositories were pushed to last, and the branches of those
// that were are asked for fifty at a time. One worker at a time does that, so that it knows what is left of GitHub's limits.

const (
	// claimedFor is how long a worker has an installation for itself; lookTimeout ends what it does well before.
	claimedFor  = time.Minute
	lookTimeout = 45 * time.Second
	// mostPushed is how many repositories GitHub is asked to name. Where all of them are news, others may be as well.
	mostPushed = 20
	// mostLooks is how many repositories one look at an installation is for, and mostSwept how many of them because nobody has looked for long.
	mostLooks = 200
	mostSwept = 100
)

// installationPoll is one look at an installation.
type installationPoll struct {
	worker  *Worker
	queries *database.Queries
	// row is the installation as it was claimed, and after what is written at the end.
	row   database.GithubInstallation
	after database.RecordInstallationPollParams
	app   *github.App
	acts  *github.Installation
	now   time.Time
	cost  github.Cost
	// hasMore tells that not everything was looked at that is to be.
	hasMore bool
	// finds is how many repositories were looked for that the installation has no longer.
	finds int
	// unchanged are the repositories at which nothing has changed.
	unchanged []uuid.UUID
}

// pollInstallation looks at an installation that was claimed until the time given, and writes when it is to be looked at again.
func (w *Worker) pollInstallation(ctx context.Context, claimed database.ClaimInstallationsRow, until time.Time) error {
	row := claimed.GithubInstallation
	p := &installationPoll{
		worker: w, queries: database.New(w.pool), row: row, now: w.now(),
		after: database.RecordInstallationPollParams{
			ID: row.ID, ClaimedUntil: until, PolledAt: row.PolledAt, SweepDueAt: row.SweepDueAt, PushedThrough: row.PushedThrough, ActiveAt: row.ActiveAt,
		},
	}
	next := unfollowedEvery

	var err error

	if claimed.IsCutOff {
		err = p.queries.RecordInstallationTrouble(ctx, cutOff, &row.ID, false)
	}

	if claimed.IsFollowed && err == nil {
		next, err = p.lookInTime(ctx)
	}

	if ctx.Err() != nil {
		next = 0 // Another worker goes on.
	}

	p.after.PollDueAt = p.now.Add(next)

	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()

	return errors.Join(err, p.queries.RecordInstallationPoll(writing, p.after))
}

// lookInTime looks at the installation. It returns after how long that is to be done again.
func (p *installationPoll) lookInTime(ctx context.Context) (next time.Duration, err error) {
	looking, cancel := context.WithTimeoutCause(github.Background(ctx), lookTimeout, problem.New(problem.Unavailable,
		"GitHub did not answer within %s. It is asked again.", lookTimeout))
	defer cancel()

	err = p.look(looking)
	if err == nil {
		p.after.PolledAt = &p.now

		return p.every(), nil
	}

	// What was to be swept was not.
	p.after.SweepDueAt = p.row.SweepDueAt

	if ctx.Err() != nil {
		return 0, ctx.Err()
	}

	return p.fail(ctx, err)
}

// every is after how long the installation is looked at again.
func (p *installationPoll) every() time.Duration {
	if p.hasMore {
		return pace(p.cost, p.now)
	}

	interval := everyInstallation(p.worker.config.PollInterval, p.now, lo.FromPtr(p.after.ActiveAt))

	return jittered(max(interval, p.acts.PollInterval(), pace(p.cost, p.now)))
}

func (p *installationPoll) look(ctx context.Context) error {
	var err error
	if p.app, err = p.worker.github.Current(ctx); err != nil {
		return err
	}

	p.acts = p.app.Installation(p.row.InstallationID)

	pushed, err := p.recentlyPushed(ctx)
	if err != nil {
		return err
	}

	if err := p.notice(ctx, pushed); err != nil {
		return err
	}

	repositories, err := p.toLookAt(ctx, pushed)
	if err != nil {
		return err
	}

	return p.lookAt(ctx, repositories)
}

// recentlyPushed asks which repositories were pushed to last. The account may have another name by now.
func (p *installationPoll) recentlyPushed(ctx context.Context) ([]github.Pushed, error) {
	pushed, cost, err := p.acts.RecentlyPushed(ctx, p.row.AccountLogin, mostPushed)
	p.cost = cost

	if github.ReasonOf(err) != github.NotFound {
		return pushed, err
	}

	state, stateErr := p.app.State(ctx, p.row.InstallationID)
	if stateErr != nil {
		return nil, stateErr
	}

	if state.Account.Login == p.row.AccountLogin {
		return nil, err
	}

	if err := p.rename(ctx, state.Account.Login); err != nil {
		return nil, err
	}

	pushed, p.cost, err = p.acts.RecentlyPushed(ctx, p.row.AccountLogin, mostPushed)

	return pushed, err
}

func (p *installationPoll) rename(ctx context.Context, login string) error {
	p.row.AccountLogin = login

	if err := p.queries.RenameInstallationAccount(ctx, login, p.row.ID); err != nil {
		return fmt.Errorf("write the name of the account: %w", err)
	}

	return nil
}

// notice reads from the latest pushes whether there is activity, and whether there may be more pushes than were named.
func (p *installationPoll) notice(ctx context.Context, pushed []github.Pushed) error {
	if len(pushed) == 0 {
		return nil
	}

	before, newest, oldest := p.row.PushedThrough, pushed[0].PushedAt, pushed[len(pushed)-1].PushedAt
	p.after.PushedThrough = &newest

	if before == nil {
		p.after.ActiveAt = &newest

		return nil
	}

	if !newest.After(*before) {
		return nil
	}

	p.after.ActiveAt = &p.now

	if len(pushed) < mostPushed || oldest.Before(*before) {
		return nil
	}

	if err := p.queries.UnsettleRepositories(ctx, &p.row.ID, *p.row.OrganisationID); err != nil {
		return fmt.Errorf("have all repositories looked at: %w", err)
	}

	return nil
}

// accountIn is the account in OWNER/NAME.
func accountIn(fullName string) string {
	owner, _, _ := strings.Cut(fullName, "/")

	return owner
}
