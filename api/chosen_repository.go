package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// chosenRepository is a repository on GitHub that somebody has chosen by its id, and the installation that has it.
type chosenRepository struct {
	repository github.Repository
	through    database.GithubInstallation
}

// defaultBranch is empty where no repository on GitHub was chosen.
func (c *chosenRepository) defaultBranch() string {
	if c == nil {
		return ""
	}

	return c.repository.DefaultBranch
}

// chooseRepository returns the repository on GitHub of the id, as GitHub has it now; nil where a URL was given in its place.
func (s *service) chooseRepository(ctx context.Context, id int64, repositoryURL string) (*chosenRepository, error) {
	switch {
	case id != 0 && repositoryURL != "":
		return nil, problem.New(problem.Invalid, "Give either github_repository_id or repository_url, not both.")
	case id == 0 && repositoryURL == "":
		return nil, problem.New(problem.Invalid,
			"Give the repository: github_repository_id for one on GitHub that the organisation is connected with, or repository_url.")
	case id == 0:
		return nil, nil //nolint:nilnil // The URL says all.
	}

	repository, through, err := s.findGitHubRepository(ctx, id)
	if err != nil {
		return nil, err
	}

	return &chosenRepository{repository, through}, nil
}

// chooseOther is chooseRepository for a project that gets another repository. The URL of one on GitHub becomes part of the update.
func (s *service) chooseOther(ctx context.Context, update *ProjectUpdate) (*chosenRepository, error) {
	if update.GitHubRepositoryID == nil {
		return nil, nil //nolint:nilnil // None was chosen.
	}

	chosen, err := s.chooseRepository(ctx, *update.GitHubRepositoryID, lo.FromPtr(update.RepositoryURL))
	if err != nil {
		return nil, err
	}

	update.RepositoryURL = new(gitURL(chosen.repository))

	return chosen, nil
}

// put notes the repository, and returns its row; nil where none was chosen.
func (c *chosenRepository) put(ctx context.Context, queries *database.Queries) (*uuid.UUID, error) {
	if c == nil {
		return nil, nil //nolint:nilnil // There is none.
	}

	row, err := queries.PutRepository(ctx, database.PutRepositoryParams{
		ID: id.New(), OrganisationID: organisationOf(ctx), InstallationID: &c.through.ID, RepositoryID: c.repository.ID, NodeID: c.repository.NodeID,
		FullName: c.repository.FullName, DefaultBranch: c.repository.DefaultBranch, IsPrivate: c.repository.IsPrivate, IsArchived: c.repository.IsArchived,
		PushedAt: lo.EmptyableToPtr(c.repository.PushedAt),
	})

	return &row.ID, err
}

// replace returns the repository on GitHub that a project has after an update: the one that was chosen or, unless the URL is another one, the one before.
func (c *chosenRepository) replace(ctx context.Context, queries *database.Queries, before, after database.Project) (*uuid.UUID, error) {
	switch {
	case c != nil:
		return c.put(ctx, queries)
	case after.RepositoryURL != before.RepositoryURL:
		return nil, nil //nolint:nilnil // There is none any more.
	default:
		return before.GithubRepositoryID, nil
	}
}

// newProjectGitHub returns the repository on GitHub of a project; nil where it has none.
func newProjectGitHub(found database.GetProjectOfRow) *ProjectGitHub {
	if found.GithubRepository == nil {
		return nil
	}

	repository := &ProjectGitHub{
		RepositoryID: *found.GithubRepository, FullName: lo.FromPtr(found.FullName), Private: lo.FromPtr(found.IsPrivate), Archived: lo.FromPtr(found.IsArchived),
	}
	account, _, _ := strings.Cut(repository.FullName, "/")

	if found.Installation == nil {
		repository.Problem = fmt.Sprintf("The account %s on GitHub is not connected to the organisation any more: pushes are not seen. Connect it again: "+
			"zeitwork github connect.", account)
	} else {
		repository.Problem = installationProblem(stateOfInstallation(found.SuspendedAt, found.RemovedAt), account)
	}

	return repository
}
