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

// pollRepositories asks the repositories that are due for their newest commits, and deploys the environments that have a new one. It also ends
// previews whose time is over.
func (w *Worker) pollRepositories(ctx context.Context, _ *river.Job[arguments]) error {
	if err := w.endExpired(ctx); err != nil {
		return err
	}

	if err := newPollRound(w).run(ctx); err != nil {
		return fmt.Errorf("poll repositories: %w", err)
	}

	return nil
}

func (w *Worker) poll(ctx context.Context, project database.ListProjectsToPollRow) error {
	asking, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	poll := branchPoll{project: project, asked: time.Now()}

	var err error
	if poll.heads, err = w.askFor(asking, project); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}

	if err != nil {
		return database.New(w.pool).RecordPollError(ctx, storable(problem.MessageOf(err)), project.ID)
	}

	trouble, err := w.pollProduction(ctx, poll)
	if err != nil || project.Previews == previewsOff {
		return err
	}

	aboutPreviews, err := w.pollPreviews(ctx, poll)

	return errors.Join(err, w.record(ctx, poll, cmp.Or(trouble, aboutPreviews)))
}

// askFor asks the repository of a project what its branch points at or, where there are to be previews, what all of its branches do.
func (w *Worker) askFor(ctx context.Context, project database.ListProjectsToPollRow) (map[string]string, error) {
	if project.Previews != previewsOff {
		return w.source.Heads(ctx, project.RepositoryURL)
	}

	commit, err := w.source.Head(ctx, project.RepositoryURL, project.Branch)

	return map[string]string{project.Branch: commit}, err
}

// pollProduction deploys production, if its branch was pushed to. It returns a sentence where there is no such branch.
func (w *Worker) pollProduction(ctx context.Context, poll branchPoll) (trouble string, err error) {
	err = w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		if err := queries.RecordPoll(ctx, nil, project.ID); err != nil {
			return fmt.Errorf("write that the repository was looked at: %w", err)
		}

		if !project.AutoDeploy {
			return nil
		}

		commit, there := poll.heads[project.Branch]
		if !there {
			trouble = fmt.Sprintf("The repository %s has no branch %s. Push the branch or choose another one in the project's settings.",
				project.RepositoryURL, project.Branch)

			return nil
		}

		production, err := openEnvironment(ctx, queries, project, project.ID)
		if err != nil {
			return err
		}

		return w.deployNews(ctx, tx, queries, project, production, commit, poll.asked)
	})

	return trouble, err
}

// record writes what could not be done about what a repository was found at.
func (w *Worker) record(ctx context.Context, poll branchPoll, trouble string) error {
	return w.ifUnchanged(ctx, poll, func(_ pgx.Tx, queries *database.Queries, project database.Project) error {
		return queries.RecordPoll(ctx, lo.EmptyableToPtr(storable(trouble)), project.ID)
	})
}

// deployNews deploys the commit that the branch of an environment of the project was found at, if that is a push which nobody has deployed yet. The repository
// was asked at the time given. The project is locked.
func (w *Worker) deployNews(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, project database.Project, environment database.Environment, commit string, asked time.Time,
) error {
	news, err := isNews(ctx, queries, environment, commit, asked)
	if err != nil || !news {
		return err
	}

	_, err = w.deployments.createTx(ctx, tx, queries, CreateRequest{
		ProjectID: environment.ProjectID, EnvironmentID: environment.ID, Commit: commit, Trigger: TriggerPush,
		Also: func(ctx context.Context, queries *database.Queries, created uuid.UUID) error {
			return auditPush(ctx, queries, project.OrganisationID, created, commit)
		},
	})

	return err
}

// isNews records that the environment's branch points at the commit, and tells whether that is a push which nobody has deployed yet. The
// repository was asked at the time given. The project is locked.
func isNews(ctx context.Context, queries *database.Queries, environment database.Environment, commit string, asked time.Time) (bool, error) {
	newest, unresolved, err := newestCommit(ctx, queries, environment)
	// A deployment of the branch's newest commit has not resolved the commit yet. It may turn out to be this one.
	if err != nil || unresolved {
		return false, err
	}

	if err := queries.RecordHead(ctx, &commit, time.Since(asked), environment.ID); err != nil {
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
