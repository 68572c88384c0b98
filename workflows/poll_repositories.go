package workflows

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// pollRepositories asks the repositories that are due for their newest commit, and deploys those that have a new one.
func (w *Worker) pollRepositories(ctx context.Context, _ *river.Job[arguments]) error {
	if err := newPollRound(w).run(ctx); err != nil {
		return fmt.Errorf("poll repositories: %w", err)
	}

	return nil
}

func (w *Worker) poll(ctx context.Context, project database.ListProjectsToPollRow) error {
	asking, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	asked := time.Now()

	commit, err := w.source.Head(asking, project.RepositoryURL, project.Branch)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}

	if err != nil {
		return database.New(w.pool).RecordPollError(ctx, storable(problem.MessageOf(err)), project.ID)
	}

	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := queries.LockProject(ctx, project.ID)
		if err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		// The project has changed since its repository was asked: the answer means nothing any more.
		if locked.DeletedAt != nil || !locked.AutoDeploy || locked.RepositoryURL != project.RepositoryURL || locked.Branch != project.Branch {
			return nil
		}

		news, err := isNews(ctx, queries, locked, commit, asked)
		if err != nil || !news {
			return err
		}

		_, err = w.deployments.createTx(ctx, tx, queries, CreateRequest{
			ProjectID: project.ID, Branch: project.Branch, Commit: commit, Trigger: TriggerPush,
			Also: func(ctx context.Context, queries *database.Queries, created uuid.UUID) error {
				return auditPush(ctx, queries, locked.OrganisationID, created, commit)
			},
		})

		return err
	})
}

// isNews records that the project's branch points at the commit, and tells whether that is a push which nobody has deployed yet. The
// repository was asked at the time given. The project is locked.
func isNews(ctx context.Context, queries *database.Queries, project database.Project, commit string, asked time.Time) (bool, error) {
	newest, unresolved, err := newestCommit(ctx, queries, project)
	if err != nil {
		return false, err
	}

	// A deployment of the branch's newest commit has not resolved the commit yet. It may turn out to be this one.
	if unresolved {
		return false, queries.RecordPoll(ctx, project.LastSeenCommit, time.Since(asked), project.ID)
	}

	if err := queries.RecordPoll(ctx, &commit, time.Since(asked), project.ID); err != nil {
		return false, fmt.Errorf("write the commit: %w", err)
	}

	if lo.FromPtr(project.LastSeenCommit) == commit || newest == commit {
		return false, nil
	}

	// A user may have deployed the commit by hand since the branch was last seen at another one, and may have rolled it back since. That is
	// not undone. A branch that is set back to a commit which was deployed before that is a push.
	deployed, err := queries.CommitWasDeployed(ctx, project.ID, commit, lo.FromPtrOr(project.LastSeenAt, project.CreatedAt))
	if err != nil {
		return false, fmt.Errorf("look for deployments of the commit: %w", err)
	}

	return !deployed, nil
}

// newestCommit returns the commit of the newest deployment of the project's branch, and whether it is still to be resolved.
func newestCommit(ctx context.Context, queries *database.Queries, project database.Project) (commit string, unresolved bool, err error) {
	newest, err := queries.ListNewestDeployments(ctx, project.ID, project.Branch, 1)
	if err != nil {
		return "", false, fmt.Errorf("read the newest deployment: %w", err)
	}

	if len(newest) == 0 {
		return "", false, nil
	}

	underWay := newest[0].State == stateQueued || newest[0].State == stateDeploying

	return lo.FromPtr(newest[0].CommitSHA), underWay && newest[0].CommitSHA == nil, nil
}
