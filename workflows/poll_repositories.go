package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// pollRepositories looks at repositories that are due for a while, and deploys the environments whose branches were pushed to. It also ends previews
// whose time is over. River has another worker go on, or this one, as soon as it returns.
func (w *Worker) pollRepositories(ctx context.Context, _ *river.Job[arguments]) error {
	// A few intervals, so that workers take turns.
	const intervals = 6

	if err := newPollRound(w).run(ctx, min(longestRound, max(shortestRound, intervals*w.config.PollInterval))); err != nil {
		return fmt.Errorf("poll repositories: %w", err)
	}

	return nil
}

// Poll looks once at everything that is due, and returns when all of it has been looked at. Workers that run do so by themselves, again and again.
func (w *Worker) Poll(ctx context.Context) error { return newPollRound(w).run(ctx, 0) }

// pollProject looks at the repository of a project, and writes when it is to be looked at again.
func (w *Worker) pollProject(ctx context.Context, project database.Project) error {
	trouble, err := w.lookAtProject(ctx, project)
	if ctx.Err() != nil {
		return ctx.Err()
	}

	next := w.now().Add(jittered(w.everyFor(project, trouble || err != nil)))

	return errors.Join(err, database.New(w.pool).RecordPollDue(ctx, &next, project.ID))
}

// everyFor is how often the repository of a project is looked at: the longer ago the last push, the more seldom.
func (w *Worker) everyFor(project database.Project, isTroubled bool) time.Duration {
	const (
		day          = 24 * time.Hour
		afterAnHour  = 6
		afterADay    = 12
		whileTrouble = 6
	)

	interval := w.config.PollInterval

	switch quiet := w.now().Sub(lo.FromPtrOr(project.ActiveAt, project.CreatedAt)); {
	case isTroubled:
		return whileTrouble * interval
	case quiet < activeFor:
		return interval
	case quiet < day:
		return afterAnHour * interval
	default:
		return afterADay * interval
	}
}

// lookAtProject asks the repository of a project where its branches point, and acts upon the answer. It tells whether there was none.
func (w *Worker) lookAtProject(ctx context.Context, project database.Project) (isTroubled bool, err error) {
	asking, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	poll := &branchPoll{project: project, asked: time.Now()}

	if poll.heads, err = w.askFor(asking, project); err != nil && ctx.Err() != nil {
		return false, ctx.Err()
	}

	if err != nil {
		return true, database.New(w.pool).RecordPollError(ctx, storable(problem.MessageOf(err)), project.ID)
	}

	trouble, err := w.actOn(ctx, poll)
	if err != nil || trouble == "" {
		return false, err
	}

	return false, w.record(ctx, poll, trouble)
}

// actOn deploys what was pushed, and makes and ends previews. It returns a sentence about what could not be done, or nothing.
func (w *Worker) actOn(ctx context.Context, poll *branchPoll) (trouble string, err error) {
	trouble, err = w.pollProduction(ctx, poll)
	if err != nil || poll.project.Previews != previewsBranches {
		return trouble, err
	}

	aboutPreviews, err := w.pollPreviews(ctx, poll)

	return cmp.Or(trouble, aboutPreviews), err
}

// askFor asks the repository of a project what its branch points at or, where there are to be previews, what all of its branches do.
func (w *Worker) askFor(ctx context.Context, project database.Project) (map[string]string, error) {
	remote, err := w.remoteOf(ctx, project.ID, project.RepositoryURL)
	if err != nil {
		return nil, err
	}

	if project.Previews == previewsBranches {
		return w.source.Heads(ctx, remote)
	}

	commit, err := w.source.Head(ctx, remote, project.Branch)

	return map[string]string{project.Branch: commit}, err
}

// pollProduction deploys production, if its branch was pushed to. It returns a sentence where there is no such branch.
func (w *Worker) pollProduction(ctx context.Context, poll *branchPoll) (trouble string, err error) {
	if err := w.askSkipOfProduction(ctx, poll); err != nil {
		return "", err
	}

	err = w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		if err := queries.RecordPoll(ctx, nil, project.ID); err != nil {
			return fmt.Errorf("write that the repository was looked at: %w", err)
		}

		if !project.AutoDeploy {
			return nil
		}

		if _, there := poll.heads[project.Branch]; !there {
			trouble = noBranch(project, poll.defaultBranch)

			return nil
		}

		production, err := openEnvironment(ctx, queries, project, project.ID)
		if err != nil {
			return err
		}

		return w.deployNews(ctx, tx, queries, poll, production)
	})

	return trouble, err
}

// record writes what could not be done about what a repository was found at.
func (w *Worker) record(ctx context.Context, poll *branchPoll, trouble string) error {
	return w.ifUnchanged(ctx, poll, func(_ pgx.Tx, queries *database.Queries, project database.Project) error {
		return queries.RecordPoll(ctx, lo.EmptyableToPtr(storable(trouble)), project.ID)
	})
}

// noBranch is what is told of a project whose branch is not there.
func noBranch(project database.Project, defaultBranch string) string {
	if defaultBranch == "" || defaultBranch == project.Branch {
		return fmt.Sprintf("The repository %s has no branch %s. Push the branch or choose another one in the project's settings.",
			project.RepositoryURL, project.Branch)
	}

	return fmt.Sprintf("The repository %s has no branch %s any more. Its default branch is %s: if the branch was renamed, follow it "+
		"(zeitwork projects set %s --branch %s).", project.RepositoryURL, project.Branch, defaultBranch, project.Slug, defaultBranch)
}

// deployNews deploys the commit that the branch of an environment was found at, if that is a push which nobody has deployed yet. The project is locked.
func (w *Worker) deployNews(ctx context.Context, tx pgx.Tx, queries *database.Queries, poll *branchPoll, environment database.Environment) error {
	commit := poll.heads[environment.Branch]

	news, err := isNews(ctx, queries, poll, environment, commit)
	if err != nil || !news {
		return err
	}

	if err := queries.RecordActivity(ctx, new(w.now()), environment.ProjectID); err != nil {
		return fmt.Errorf("write that there was a push: %w", err)
	}

	if poll.skips[environment.Branch] != "" {
		return recordSkip(ctx, queries, poll, environment.Branch)
	}

	_, err = w.deployments.createTx(ctx, tx, queries, CreateRequest{
		ProjectID: environment.ProjectID, EnvironmentID: environment.ID, Commit: commit, Trigger: TriggerPush,
		Also: func(ctx context.Context, queries *database.Queries, created uuid.UUID) error {
			return auditPush(ctx, queries, poll.project, created, commit)
		},
	})

	return err
}

// isNews records that the environment's branch points at the commit, and tells whether that is a push which nobody has deployed yet. The project is
// locked.
func isNews(ctx context.Context, queries *database.Queries, poll *branchPoll, environment database.Environment, commit string) (bool, error) {
	newest, unresolved, err := newestCommit(ctx, queries, environment)
	// A deployment of the branch's newest commit has not resolved the commit yet. It may turn out to be this one.
	if err != nil || unresolved {
		poll.isUndecided = true

		return false, err
	}

	if err := queries.RecordHead(ctx, &commit, time.Since(poll.asked), environment.ID); err != nil {
		return false, fmt.Errorf("write the commit: %w", err)
	}

	if lo.FromPtr(environment.LastSeenCommit) == commit || newest == commit {
		return false, nil
	}

	// A user may have deployed the commit by hand since the branch was last seen at another one, and may have rolled it back since. That is
	// not undone. A branch that is set back to a commit which was deployed before that is a push.
	deployed, err := queries.CommitWasDeployed(ctx, database.CommitWasDeployedParams{
		ProjectID: environment.ProjectID, EnvironmentID: environment.ID, CommitSHA: commit,
		Since: lo.FromPtrOr(environment.LastSeenAt, environment.CreatedAt),
	})
	if err != nil {
		return false, fmt.Errorf("look for deployments of the commit: %w", err)
	}

	return !deployed, nil
}

// newestCommit returns the commit of the newest deployment of the environment's branch, and whether it is still to be resolved.
func newestCommit(ctx context.Context, queries *database.Queries, environment database.Environment) (commit string, unresolved bool, err error) {
	newest, err := queries.ListNewestDeployments(ctx, environment.ID, environment.Branch, 1)
	if err != nil {
		return "", false, fmt.Errorf("read the newest deployment: %w", err)
	}

	if len(newest) == 0 {
		return "", false, nil
	}

	underWay := newest[0].State == stateQueued || newest[0].State == stateDeploying

	return lo.FromPtr(newest[0].CommitSHA), underWay && newest[0].CommitSHA == nil, nil
}
