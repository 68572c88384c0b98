package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// toLookAt returns the repositories to look at: what was pushed to comes first, then what was not looked at for the longest time.
func (p *installationPoll) toLookAt(ctx context.Context, pushed []github.Pushed) ([]database.GithubRepository, error) {
	ids := lo.Map(pushed, func(one github.Pushed, _ int) string { return one.NodeID })
	times := lo.Map(pushed, func(one github.Pushed, _ int) time.Time { return one.PushedAt })

	found, err := p.queries.ListRepositoriesToLookAt(ctx, database.ListRepositoriesToLookAtParams{
		InstallationID: &p.row.ID, OrganisationID: *p.row.OrganisationID, NodeIds: ids, PushedAt: times,
	})
	if err != nil {
		return nil, fmt.Errorf("find the repositories that were pushed to: %w", err)
	}

	slices.SortFunc(found, func(a, b database.GithubRepository) int {
		isNamed := func(r database.GithubRepository) int { return lo.Ternary(slices.Contains(ids, r.NodeID), 0, 1) }

		return cmp.Or(cmp.Compare(isNamed(a), isNamed(b)), lo.FromPtr(a.LookedAt).Compare(lo.FromPtr(b.LookedAt)))
	})

	if len(found) > mostLooks {
		found, p.hasMore = found[:mostLooks], true
	}

	if due := p.row.SweepDueAt; p.hasMore || due != nil && due.After(p.now) {
		return found, nil
	}

	swept, err := p.queries.ListRepositoriesToSweep(ctx, database.ListRepositoriesToSweepParams{
		InstallationID: &p.row.ID, OrganisationID: *p.row.OrganisationID, Before: p.now.Add(-freshFor), MaxRows: mostSwept,
	})
	if err != nil {
		return nil, fmt.Errorf("find the repositories that were not looked at for long: %w", err)
	}

	if p.hasMore = len(swept) == mostSwept; !p.hasMore {
		p.after.SweepDueAt = new(p.now.Add(jittered(sweepEvery)))
	}

	return lo.UniqBy(append(found, swept...), func(r database.GithubRepository) uuid.UUID { return r.ID }), nil
}

// lookAt asks for the branches of repositories and acts upon the answers. What fails about one repository keeps nobody from the others: it is looked at
// the next time again.
func (p *installationPoll) lookAt(ctx context.Context, repositories []database.GithubRepository) error {
	if len(repositories) == 0 {
		return nil
	}

	ids := lo.Map(repositories, func(r database.GithubRepository, _ int) uuid.UUID { return r.ID })

	projects, err := p.queries.ListFollowers(ctx, ids)
	if err != nil {
		return fmt.Errorf("find the projects of repositories: %w", err)
	}

	followers := lo.GroupBy(projects, func(project database.Project) uuid.UUID { return *project.GithubRepositoryID })
	followed := lo.Filter(repositories, func(r database.GithubRepository, _ int) bool { return len(followers[r.ID]) > 0 })
	p.unchanged = lo.FilterMap(repositories, func(r database.GithubRepository, _ int) (uuid.UUID, bool) { return r.ID, len(followers[r.ID]) == 0 })

	for _, batch := range lo.Chunk(followed, p.worker.batches.size(p.row.ID)) {
		if err = p.lookAtBatch(ctx, batch, followers); err != nil {
			break
		}
	}

	if len(p.unchanged) == 0 {
		return err
	}

	return errors.Join(err, p.queries.RecordLooks(ctx, &p.now, p.unchanged))
}

func (p *installationPoll) lookAtBatch(ctx context.Context, batch []database.GithubRepository, followers map[uuid.UUID][]database.Project) error {
	asked := time.Now()
	looks := lo.Map(batch, func(r database.GithubRepository, _ int) github.Look {
		return github.Look{NodeID: r.NodeID, Branch: branchOf(followers[r.ID])}
	})

	seen, cost, err := p.acts.Look(ctx, looks)
	p.worker.batches.note(p.row.ID, err)

	if err != nil {
		return err
	}

	p.cost = cost

	for n, repository := range batch {
		look := &look{installationPoll: p, repository: repository, followers: followers[repository.ID], seen: seen[n], asked: asked}

		if err := look.act(ctx); err != nil {
			// A limit or a fault of GitHub's concerns all of them.
			if reason := github.ReasonOf(err); ctx.Err() != nil || reason == github.Limited || reason == github.Unavailable {
				return err
			}

			p.worker.logger.WarnContext(ctx, "could not act upon what a repository was found at",
				slog.String("repository", repository.FullName), logging.Error(err))
		}
	}

	return nil
}

// branchOf is the branch that all projects follow; empty where they need several.
func branchOf(projects []database.Project) string {
	branches := lo.Uniq(lo.Map(projects, func(p database.Project, _ int) string { return p.Branch }))

	if len(branches) != 1 || lo.SomeBy(projects, func(p database.Project) bool { return p.Previews == previewsBranches }) {
		return ""
	}

	return branches[0]
}

// batches are how many repositories are asked about at once: fewer where GitHub has not answered in time. It may be used by several goroutines.
type batches struct {
	mutex sync.Mutex
	sizes map[uuid.UUID]int
}

func (b *batches) size(installation uuid.UUID) int {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	if size := b.sizes[installation]; size > 0 {
		return size
	}

	return github.BatchSize
}

// note learns from how a question was answered.
func (b *batches) note(installation uuid.UUID, err error) {
	size := b.size(installation)

	b.mutex.Lock()
	defer b.mutex.Unlock()

	if b.sizes == nil {
		b.sizes = map[uuid.UUID]int{}
	}

	switch {
	case github.ReasonOf(err) == github.Unavailable:
		b.sizes[installation] = max(size/2, 1) //nolint:mnd // Half.
	case err != nil: // It says nothing of the size.
	case size*2 >= github.BatchSize:
		delete(b.sizes, installation)
	default:
		b.sizes[installation] = size * 2 //nolint:mnd // Twice.
	}
}
