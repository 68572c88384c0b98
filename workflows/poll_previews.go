package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// A branch gets its preview when it is seen at another commit than the last time, or for the first time. The branches that a repository has when its
// previews are turned on are only noted: each gets its preview with its next push. A preview that was deleted, or whose time was over, comes back
// likewise.

// pollPreviews makes, deploys and ends previews after what the branches of a repository point at. It returns a sentence about what could not be done,
// or nothing. Each preview has a transaction of its own.
func (w *Worker) pollPreviews(ctx context.Context, poll *branchPoll) (sentence string, err error) {
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

	previews := lo.SliceToMap(lo.Filter(environments, isOfBranch), func(preview database.Environment) (string, database.Environment) {
		return preview.Branch, preview
	})

	if err = w.endGone(ctx, poll, known, previews); github.ReasonOf(err) != "" {
		return "", err // Nobody knows which branches are there.
	}

	if len(known) == 0 {
		// The first look.
		known = lo.OmitBy(poll.heads, func(branch, commit string) bool {
			preview, has := previews[branch]

			return has && lo.FromPtr(preview.LastSeenCommit) != commit
		})

		err = errors.Join(err, w.recordSeen(ctx, poll, known))
	}

	ofPulls := lo.CountBy(environments, func(e database.Environment) bool { return e.PullRequestNumber != nil && !isUnapproved(e) })
	sentence, deployErr := w.deployPushed(ctx, poll, known, previews, w.config.MaxPreviews-ofPulls)

	return sentence, errors.Join(err, deployErr)
}

// deployPushed deploys the branches that were pushed to. There may be as many previews of branches as most says; of no more new branches than have room
// GitHub is asked whether they are deployed, and the others are left to the next look.
func (w *Worker) deployPushed(
	ctx context.Context, poll *branchPoll, known map[string]string, previews map[string]database.Environment, most int,
) (sentence string, err error) {
	var without []string

	room := most - len(previews)

	if commit, there := poll.heads[poll.project.Branch]; there && known[poll.project.Branch] != commit {
		err = w.recordSeen(ctx, poll, map[string]string{poll.project.Branch: commit})
	}

	for _, branch := range poll.pushed(known, previews) {
		preview, has := previews[branch]

		switch {
		case !has && len(previews) >= most:
			without = append(without, branch)
		case !has && room <= 0:
			poll.isUndecided = true
		default:
			if !has {
				room--
			}

			made, deployErr := w.deployBranch(ctx, poll, branch, preview)

			switch {
			case github.ReasonOf(deployErr) != "" && passes(deployErr): // Of the others GitHub is not asked either.
				return sentence, errors.Join(err, deployErr)
			case problem.IsUsers(deployErr):
				sentence = problem.MessageOf(deployErr)
			case deployErr != nil:
				err = errors.Join(err, deployErr)
			case made.ID != uuid.Nil:
				previews[branch] = made
			}
		}
	}

	return cmp.Or(tooManyPreviews(w.config.MaxPreviews, without), sentence), err
}

func isPreview(environment database.Environment, _ int) bool {
	return environment.Kind == environmentPreview
}

// isOfBranch tells the preview of a branch from that of a pull request.
func isOfBranch(environment database.Environment, n int) bool {
	return isPreview(environment, n) && environment.PullRequestNumber == nil
}

// tooManyPreviews is a sentence about branches that have no preview because there are as many as there may be; empty where there are none.
func tooManyPreviews(most int, without []string) string {
	if len(without) == 0 {
		return ""
	}

	return fmt.Sprintf("Branches without a preview: %s. A project can have %d previews, and this one has: "+
		"delete one (zeitwork environments delete), or its branch.", andMore(without), most)
}

// andMore names the first few of a list.
func andMore(all []string) string {
	const named = 3

	names := strings.Join(lo.Slice(all, 0, named), ", ")
	if len(all) > named {
		names += fmt.Sprintf(" and %d more", len(all)-named)
	}

	return names
}

// endGone ends the previews of branches that are there no longer, and of the one that has become production's, and forgets those branches.
func (w *Worker) endGone(ctx context.Context, poll *branchPoll, known map[string]string, previews map[string]database.Environment) error {
	var err error

	for branch, preview := range previews {
		_, there := poll.heads[branch]
		_, wasThere := known[branch]

		switch {
		case branch == poll.project.Branch:
			err = errors.Join(err, w.endPolled(ctx, poll, preview, "its branch has become that of production"))
		case !there && (wasThere || poll.asked.Sub(preview.CreatedAt) > patienceForBranch):
			isGone, askErr := poll.isGone(ctx, branch, known[branch])
			if askErr != nil {
				return errors.Join(err, askErr)
			}

			if !isGone {
				continue
			}

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
func (w *Worker) endPolled(ctx context.Context, poll *branchPoll, preview database.Environment, reason string) error {
	return w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, _ database.Project) error {
		found, err := queries.GetEnvironment(ctx, preview.ID)
		if err != nil || found.DeletedAt != nil {
			return err
		}

		return w.deployments.endPreview(ctx, tx, queries, found, reason)
	})
}

// deployBranch deploys a branch to its preview, which is made where there is none: then the one it is given has no id. It does nothing where the project
// has changed since its repository was asked, and makes no preview for a push that is not deployed.
func (w *Worker) deployBranch(
	ctx context.Context, poll *branchPoll, branch string, found database.Environment,
) (preview database.Environment, err error) {
	if err := poll.askSkip(ctx, branch, found); err != nil {
		return database.Environment{}, err
	}

	err = w.ifUnchanged(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		if poll.skips[branch] != "" && found.ID == uuid.Nil {
			if err := recordSkip(ctx, queries, poll, branch); err != nil {
				return err
			}

			return recordBranches(ctx, queries, project.ID, map[string]string{branch: poll.heads[branch]})
		}

		if preview, err = w.deployments.ensurePreview(ctx, queries, project, branch); err != nil {
			return err
		}

		if err := w.deployNews(ctx, tx, queries, poll, preview); err != nil {
			return err
		}

		return recordBranches(ctx, queries, project.ID, map[string]string{branch: poll.heads[branch]})
	})

	return preview, err
}

// recordSeen writes what branches point at that need no deployment.
func (w *Worker) recordSeen(ctx context.Context, poll *branchPoll, heads map[string]string) error {
	return w.ifUnchanged(ctx, poll, func(_ pgx.Tx, queries *database.Queries, project database.Project) error {
		return recordBranches(ctx, queries, project.ID, heads)
	})
}

// ifUnchanged runs f in a transaction that has locked the project, unless that has changed since its repository was asked.
func (w *Worker) ifUnchanged(
	ctx context.Context, poll *branchPoll, f func(tx pgx.Tx, queries *database.Queries, project database.Project) error,
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

func recordBranches(ctx context.Context, queries *database.Queries, project uuid.UUID, heads map[string]string) error {
	names := slices.Collect(maps.Keys(heads))
	commits := lo.Map(names, func(name string, _ int) string { return heads[name] })

	if err := queries.RecordBranches(ctx, project, names, commits); err != nil {
		return fmt.Errorf("write what the branches point at: %w", err)
	}

	return nil
}
