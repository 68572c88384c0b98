package workflows

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// pollsAtOnce bounds how many repositories one job asks at the same time.
	pollsAtOnce = 16
	// pollTimeout bounds how long one repository may take to answer.
	pollTimeout = 20 * time.Second
)

// pollRepositories asks the repositories that are due for their newest commit, and deploys those that have a new one.
func (w *Worker) pollRepositories(ctx context.Context, _ *river.Job[arguments]) error {
	// Half the interval, or a repository that answered a moment after the job began would miss the next one.
	due, err := database.New(w.pool).ListProjectsToPoll(ctx, w.config.PollInterval/2) //nolint:mnd // Half.
	if err != nil {
		return fmt.Errorf("find the projects to poll: %w", err)
	}

	group := errgroup.Group{}
	group.SetLimit(pollsAtOnce)

	for _, project := range due {
		group.Go(func() error {
			if err := w.poll(ctx, project); err != nil && ctx.Err() == nil {
				w.logger.WarnContext(ctx, "could not poll a repository", slog.String("project_id", project.ID.String()), logging.Error(err))
			}

			return nil
		})
	}

	return group.Wait()
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

		// The answer is to a question that nobody asks any more.
		if locked.DeletedAt != nil || !locked.AutoDeploy || locked.RepositoryURL != project.RepositoryURL || locked.Branch != project.Branch {
			return nil
		}

		newest, unresolved, err := newestCommit(ctx, queries, locked)
		if err != nil {
			return err
		}

		// A deployment of the branch's newest commit has still to find out which one that is: this one, perhaps.
		if unresolved {
			return queries.RecordPoll(ctx, locked.LastSeenCommit, time.Since(asked), project.ID)
		}

		if err := queries.RecordPoll(ctx, &commit, time.Since(asked), project.ID); err != nil {
			return fmt.Errorf("write the commit: %w", err)
		}

		if lo.FromPtr(locked.LastSeenCommit) == commit || newest == commit {
			return nil
		}

		// Somebody may have deployed the commit by hand since the branch was last seen to point elsewhere, and may have gone back
		// since. A branch that is set back to a commit of long ago is another matter: that is a push.
		deployed, err := queries.CommitWasDeployed(ctx, project.ID, commit, lo.FromPtrOr(locked.LastSeenAt, locked.CreatedAt))
		if err != nil {
			return fmt.Errorf("look for deployments of the commit: %w", err)
		}

		if deployed {
			return nil
		}

		_, err = w.deployments.createTx(ctx, tx, queries, CreateRequest{
			ProjectID: project.ID, Branch: project.Branch, Commit: commit, Trigger: TriggerPush,
		})

		return err
	})
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
