package workflows

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// branchPoll is what one look at all branches of a repository found.
type branchPoll struct {
	project database.Project
	// heads are the commits that the branches point at.
	heads map[string]string
	// asked is when the repository was asked, by the clock of the machine.
	asked time.Time
	// skipped returns why a push is not deployed; empty where it is. It is nil where that shows only once the commit is fetched.
	skipped func(ctx context.Context, environment database.Environment, commit string) (string, error)
	// head returns what a branch points at of which the answer said nothing; empty where it is not there. It is nil where all answers are complete.
	head func(ctx context.Context, branch, known string) (string, error)
	// skips are the answers of skipped so far, by the names of branches.
	skips map[string]string
	// defaultBranch is that of the repository; empty where nobody knows.
	defaultBranch string
	// isUndecided tells that something is found out by a later look at the same commits.
	isUndecided bool
}

// pushed are the branches beside that of production which were pushed to, in the order of their names.
func (p *branchPoll) pushed(known map[string]string, previews map[string]database.Environment) []string {
	branches := lo.PickBy(p.heads, func(branch, commit string) bool {
		seen := known[branch]
		if preview, has := previews[branch]; has {
			seen = lo.FromPtr(preview.LastSeenCommit)
		}

		return branch != p.project.Branch && seen != commit
	})

	return slices.Sorted(maps.Keys(branches))
}

// isGone tells whether a branch is there no longer that the answer did not name: GitHub's answers may lack branches, and with its preview a branch loses
// its domains. What a branch points at that is there nevertheless is added to the answer, which is asked for once more.
func (p *branchPoll) isGone(ctx context.Context, branch, known string) (bool, error) {
	if p.head == nil {
		return true, nil
	}

	commit, err := p.head(ctx, branch, known)
	if err != nil || commit == "" {
		return err == nil, err
	}

	p.heads[branch], p.isUndecided = commit, true

	return false, nil
}

// isOf tells whether a project is still as it was when its repository was asked. Otherwise the answer means nothing any more.
func (p *branchPoll) isOf(project database.Project) bool {
	return project.DeletedAt == nil && project.RepositoryURL == p.project.RepositoryURL && project.Branch == p.project.Branch &&
		project.Previews == p.project.Previews
}
