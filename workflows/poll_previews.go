package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// A branch gets its preview when it is seen at another commit than the last time, or for the first time. The branches that a repository has when its
// previews are turned on are only noted: each gets its preview with its next push. A preview that was deleted, or whose time was over, comes back
// likewise.

// branchPoll is what one look at all branches of a repository found.
type branchPoll struct {
	project database.ListProjectsToPollRow
	// heads are the commits that the branches point at.
	heads map[string]string
	asked time.Time
}

// pollPreviews makes, deploys and ends previews after what the branches of a repository point at. It returns a sentence about what could not be done,
// or nothing. Each preview has a transaction of its own.
func (w *Worker) pollPreviews(ctx context.Context, poll branchPoll) (sentence string, err error) {
	queries := database.New(w.pool)

	rows, err := queries.ListBranches(ctx, poll.project.ID)
	if err != nil {
		return "", fmt.Errorf("read the branches that are known: %w", err)
	}

	known := lo.SliceToMap(rows, func(row database.ListBranchesRow) (string, string) { return row.Name, row.CommitSHA })

	environments, err := queries.ListEnvironments(ctx, poll.project.ID)
	if err != nil {
		return "", fmt.Errorf("list the environments: %w", err)
	}

	previews := lo.SliceToMap(lo.Filter(environments, isPreview), func(preview database.Environment) (string, database.Environment) {
		return preview.Branch, preview
	})

	err = w.endGone(ctx, poll, known, previews)

	if len(known) == 0 {
		// The first look.
		known = lo.OmitBy(poll.heads, func(branch, commit string) bool {
			preview, has := previews[branch]

			return has && lo.FromPtr(preview.LastSeenCommit) != commit
		})

		err = errors.Join(err, w.recordSeen(ctx, poll, known))
	}

	sentence, deployErr := w.deployPushed(ctx, poll, known, previews)

	return sentence, errors.Join(err, deployErr)
}

// deployPushed deploys the branches that were pushed to.
func (w *Worker) deployPushed(
	ctx context.Context, poll branchPoll, known map[string]string, previews map[string]database.Environment,
) (sentence string, err error) {
	var without []string

	for _, branch := range slices.Sorted(maps.Keys(poll.heads)) {
		preview, has := previews[branch]
		commit := poll.heads[branch]

		switch {
		case branch == poll.project.Branch && known[branch] != commit:
			err = errors.Join(err, w.recordSeen(ctx, poll, map[string]string{branch: commit}))
		case branch == poll.project.Branch, has && lo.FromPtr(preview.LastSeenCommit) == commit, !has && known[branch] == commit:
		case !has && len(previews) >= w.config.MaxPreviews:
			without = append(without, branch)
		default:
			made, deployErr := w.deployBranch(ctx, poll, branch)

			switch {
			case problem.IsUsers(deployErr):
				sentence = problem.MessageOf(deployErr)
			case deployErr != nil:
				err = errors.Join(err, deployErr)
			default:
				previews[branch] = made
			}
		}
	}

	return cmp.Or(tooManyPreviews(w.config.MaxPreviews, without), sentence), err
}

func isPreview(environment database.Environment, _ int) bool {
	return environment.Kind == environmentPreview
}

// tooManyPreviews is a sentence about branches that have no preview because there are as many as there may be; empty where there are none.
func tooManyPreviews(most int, without []string) string {
	const named = 3

	if len(without) == 0 {
		return ""
	}

	names := strings.Join(lo.Slice(without, 0, named), ", ")
	if len(without) > named {
		names += fmt.Sprintf(" and %d more", len(without)-named)
	}

	return fmt.Sprintf("Branches without a preview: %s. A project can have %d previews, and this one has: "+
		"delete one (zeitwork environments delete), or its branch.", names, most)
}

// endGone ends the previews of branches that are there no longer, and of the one that has become production's, and forgets those branches.
func (w *Worker) endGone(ctx context.Context, poll branchPoll, known map[string]string, previews map[string]database.Environment) error {
	var err error

	for branch, preview := range previews {
		_, there := poll.heads[branch]
		_, wasThere := known[branch]

		switch {
		case branch == poll.project.Branch:
			err = errors.Join(err, w.endPolled(ctx, poll, preview, "its branch has become that of production"))
		case !there && (wasThere || poll.asked.Sub(preview.CreatedAt) > patienceForBranch):
			err = errors.Join(err, w.endPolled(ctx, poll, preview, "its branch was deleted"))
		default:
			continue
		}

		delete(previews, branch)
	}

	gone := lo.Without(slices.Collect(maps.Keys(known)), slices.Collect(maps.Keys(poll.heads))...)
	if len(gone) == 0 {
		return err
	}

	return errors.Join(err, database.New(w.pool).ForgetBranches(ctx, poll.project.ID, gone))
}

// patienceForBranch is how long a preview that somebody has made is left alone whose branch was never seen: it may have been pushed since the
// repository was asked.
const patienceForBranch = time.Minute

// endPolled ends a preview, unless the project has changed since its repository was asked.
func (w *Worker) endPolled(ctx context.Context, poll branchPoll, preview database.Environment, reason string) error {
	return w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, _ database.Project) error {
		found, err := queries.GetEnvironment(ctx, preview.ID)
		if err != nil || found.DeletedAt != nil {
			return err
		}

		return w.deployments.endPreviewTx(ctx, tx, queries, found, reason)
	})
}

// deployBranch deploys a branch to its preview, which is made where there is none. It does nothing where the project has changed since its repository
// was asked.
func (w *Worker) deployBranch(ctx context.Context, poll branchPoll, branch string) (preview database.Environment, err error) {
	err = w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		if preview, err = w.deployments.ensurePreview(ctx, queries, project, branch); err != nil {
			return err
		}

		if err := w.deployNews(ctx, tx, queries, project, preview, poll.heads[branch], poll.asked); err != nil {
			return err
		}

		return recordBranches(ctx, queries, project.ID, map[string]string{branch: poll.heads[branch]})
	})

	return preview, err
}

// recordSeen writes what branches point at that need no deployment.
func (w *Worker) recordSeen(ctx context.Context, poll branchPoll, heads map[string]string) error {
	return w.ifUnchanged(ctx, poll, func(_ pgx.Tx, queries *database.Queries, project database.Project) error {
		return recordBranches(ctx, queries, project.ID, heads)
	})
}

// ifUnchanged runs f in a transaction that has locked the project, unless that has changed since its repository was asked.
func (w *Worker) ifUnchanged(
	ctx context.Context, poll branchPoll, f func(tx pgx.Tx, queries *database.Queries, project database.Project) error,
) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := queries.LockProject(ctx, poll.project.ID)
		if err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		if !poll.isOf(locked) {
			return nil
		}

		return f(tx, queries, locked)
	})
}

// isOf tells whether a project is still as it was when its repository was asked. Otherwise the answer means nothing any more.
func (p branchPoll) isOf(project database.Project) bool {
	return project.DeletedAt == nil && project.RepositoryURL == p.project.RepositoryURL && project.Branch == p.project.Branch &&
		project.Previews == p.project.Previews
}

func recordBranches(ctx context.Context, queries *database.Queries, project uuid.UUID, heads map[string]string) error {
	names := slices.Collect(maps.Keys(heads))
	commits := lo.Map(names, func(name string, _ int) string { return heads[name] })

	if err := queries.RecordBranches(ctx, project, names, commits); err != nil {
		return fmt.Errorf("write what the branches point at: %w", err)
	}

	return nil
}

// endExpired ends the previews whose time is over.
func (w *Worker) endExpired(ctx context.Context) error {
	expired, err := database.New(w.pool).ListExpiredPreviews(ctx)
	if err != nil {
		return fmt.Errorf("find the previews whose time is over: %w", err)
	}

	for _, preview := range expired {
		if err := w.endIfExpired(ctx, preview); err != nil {
			w.logger.WarnContext(ctx, "could not end a preview", slog.String("environment_id", preview.ID.String()), logging.Error(err))
		}
	}

	return nil
}

// endIfExpired ends a preview whose time is over, unless it was deployed or deleted meanwhile.
func (w *Worker) endIfExpired(ctx context.Context, preview database.Environment) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, preview.ProjectID); err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		found, err := queries.GetEnvironment(ctx, preview.ID)
		if err != nil || found.DeletedAt != nil || !lo.FromPtr(found.ExpiresAt).Equal(*preview.ExpiresAt) {
			return err
		}

		return w.deployments.endPreviewTx(ctx, tx, queries, found, "its branch has not been pushed to for long")
	})
}
