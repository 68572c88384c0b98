package workflows

import (
	"context"
	"fmt"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
)

// pullsRound goes through the pull requests of a repository for one project.
type pullsRound struct {
	worker *Worker
	poll   pullsPoll
	// known are the commits at which pull requests were last seen, and previews those that they have, by their refs.
	known    map[string]string
	previews map[string]database.Environment
	// counts are how many previews the project has, those of branches among them, and by true how many of forks of which no commit was approved yet.
	counts map[bool]int
	// without are the pull requests for whose preview there is no room.
	without []string
}

func (w *Worker) newPullsRound(ctx context.Context, poll pullsPoll) (*pullsRound, error) {
	queries := database.New(w.pool)

	seen, err := queries.ListPulls(ctx, poll.project.ID)
	if err != nil {
		return nil, fmt.Errorf("read the pull requests that are known: %w", err)
	}

	environments, err := queries.ListEnvironments(ctx, poll.project.ID)
	if err != nil {
		return nil, fmt.Errorf("list the environments: %w", err)
	}

	ofPulls := lo.Filter(environments, func(e database.Environment, _ int) bool { return e.PullRequestNumber != nil })

	return &pullsRound{
		worker: w, poll: poll, counts: lo.CountValuesBy(lo.Filter(environments, isPreview), isUnapproved),
		known:    lo.SliceToMap(seen, func(row database.ListPullsRow) (string, string) { return row.Name, row.CommitSHA }),
		previews: lo.SliceToMap(ofPulls, func(e database.Environment) (string, database.Environment) { return e.Branch, e }),
	}, nil
}

// follow does what one pull request asks for. A problem says what could not be done.
func (r *pullsRound) follow(ctx context.Context, pull github.Pull) error {
	ref := pullRef(pull.Number)
	preview, has := r.previews[ref]

	switch {
	case !pull.IsOpen && !has && r.known[ref] == "", pull.IsOpen && r.isSettled(pull):
		return nil
	case !pull.IsOpen:
		err := r.worker.endPull(ctx, r.poll, pull)
		if err == nil && has {
			r.counts[isUnapproved(preview)]--
		}

		return err
	case !has && r.counts[pull.IsFork] >= r.worker.config.MaxPreviews:
		r.without = append(r.without, fmt.Sprintf("#%d", pull.Number))

		return nil
	default:
		return r.deploy(ctx, pull)
	}
}

// deploy deploys the head of a pull request, unless its message says that it is not to be.
func (r *pullsRound) deploy(ctx context.Context, pull github.Pull) error {
	_, has := r.previews[pullRef(pull.Number)]

	skip, err := r.skipped(ctx, pull)
	if err != nil {
		return err
	}

	if skip != "" && !has {
		return r.worker.skipPull(ctx, r.poll, pull, skip)
	}

	if err := r.worker.deployPull(ctx, r.poll, pull, skip); err != nil {
		return err
	}

	if !has {
		r.counts[pull.IsFork]++
	}

	return nil
}

// skipped returns why the head of a pull request is not deployed; empty where it is, was seen before, or is that of a fork, which a member approves.
func (r *pullsRound) skipped(ctx context.Context, pull github.Pull) (string, error) {
	ref := pullRef(pull.Number)
	if pull.IsFork || r.previews[ref].IsFork || r.known[ref] == pull.HeadCommit {
		return "", nil
	}

	asking, cancel := context.WithTimeout(github.Background(ctx), githubTimeout)
	defer cancel()

	found, err := r.poll.installation.Commit(asking, r.poll.repository.RepositoryID, pull.HeadCommit)
	if isLasting(err) {
		return "", nil // It shows when the commit is fetched.
	}

	if err != nil {
		return "", err
	}

	return lo.Ternary(skipMark.MatchString(found.Message), reasonMessage, ""), nil
}

// isSettled tells whether there is nothing to do for an open pull request.
func (r *pullsRound) isSettled(pull github.Pull) bool {
	preview, has := r.previews[pullRef(pull.Number)]
	isSeen := r.known[pullRef(pull.Number)] == pull.HeadCommit

	switch {
	case pull.HeadCommit == "":
		return true
	case has:
		return isSeen && lo.FromPtr(preview.PullRequestTitle) == storable(pull.Title) && preview.IsFork == (preview.IsFork || pull.IsFork)
	default:
		// Its preview was deleted, or its time would be over by now.
		return isSeen || r.poll.asked.Sub(pull.UpdatedAt) > previewLasts(r.poll.project)
	}
}
