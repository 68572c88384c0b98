package github

import (
	"context"
	"strings"
	"time"

	"github.com/google/go-github/v66/github"
)

// Repository is a repository as GitHub has it now.
type Repository struct {
	// ID and NodeID stay when the repository is renamed or given to another account.
	ID     int64
	NodeID string
	Owner  Account
	Name   string
	// FullName is OWNER/NAME.
	FullName      string
	Description   string
	CloneURL      string
	PageURL       string
	DefaultBranch string
	IsPrivate     bool
	IsArchived    bool
	IsFork        bool
	PushedAt      time.Time
}

func repositoryOf(r *github.Repository) Repository {
	return Repository{
		ID: r.GetID(), NodeID: r.GetNodeID(), Owner: accountOf(r.GetOwner()), Name: r.GetName(), FullName: r.GetFullName(), Description: r.GetDescription(),
		CloneURL: r.GetCloneURL(), PageURL: r.GetHTMLURL(), DefaultBranch: r.GetDefaultBranch(), IsPrivate: r.GetPrivate(), IsArchived: r.GetArchived(),
		IsFork: r.GetFork(), PushedAt: r.GetPushedAt().Time,
	}
}

func repositoriesOf(found []*github.Repository) []Repository {
	list := make([]Repository, len(found))
	for n, r := range found {
		list[n] = repositoryOf(r)
	}

	return list
}

// Matches tells whether all words of a search stand in the repository's full name or description, in whatever case.
func (r Repository) Matches(search string) bool {
	text := strings.ToLower(r.FullName + " " + r.Description)

	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}

	return true
}

// Repository returns a repository by its id, whatever its name is by now.
func (i *Installation) Repository(ctx context.Context, id int64) (Repository, error) {
	found, _, err := i.one(id, ReadContents()).rest.Repositories.GetByID(ctx, id)
	if err != nil {
		return Repository{}, i.explain(explain(ctx, err))
	}

	return repositoryOf(found), nil
}
