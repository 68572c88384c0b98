package api

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxInstallations bounds the accounts of one organisation that are asked for their repositories.
const maxInstallations = 100

func (s *service) listGitHubRepositories(ctx context.Context, input *ListGitHubRepositoriesInput) (*ListGitHubRepositoriesOutput, error) {
	behind, err := input.behind()
	if err != nil {
		return nil, err
	}

	listing, installations, err := s.githubRepositories(ctx, input.Fresh)
	if err != nil {
		return nil, err
	}

	place := func(r github.Listed) listPlace { return placeOf(r.PushedAt, r.ID) }
	matching := lo.Filter(listing.Repositories, func(r github.Listed, _ int) bool { return r.Matches(input.Search) && place(r).compare(behind) > 0 })
	slices.SortFunc(matching, func(a, b github.Listed) int { return place(a).compare(place(b)) })
	matching = lo.Slice(matching, 0, int(input.rows()))

	projects, err := s.projectsOfRepositories(ctx, matching)
	if err != nil {
		return nil, err
	}

	byNumber := lo.KeyBy(installations, func(i database.GithubInstallation) int64 { return i.InstallationID })
	output := &ListGitHubRepositoriesOutput{}
	output.Body.Page = pageBy(input.Limit, matching,
		func(r github.Listed) GitHubRepository {
			return newGitHubRepository(r, byNumber[r.Installation].ID, projects[r.ID])
		},
		func(last GitHubRepository) string { return placeOf(lo.FromPtr(last.PushedAt), last.ID).cursor() }).Body
	output.Body.Unlisted = unlisted(installations, listing.Failed)

	return output, nil
}

// githubRepositories returns the repositories of all installations of the organisation, and the installations.
func (s *service) githubRepositories(ctx context.Context, fresh bool) (github.Listing, []database.GithubInstallation, error) {
	installations, err := s.queries.ListInstallationsOf(ctx, organisationOf(ctx), uuid.Nil, maxInstallations)
	if err != nil || len(installations) == 0 {
		return github.Listing{}, nil, err
	}

	app, err := s.apps.Current(ctx)
	if err != nil {
		return github.Listing{}, nil, err
	}

	// GitHub need not be asked what is known: each question takes from what the App may ask for everybody.
	active, ended := lo.FilterReject(installations, func(i database.GithubInstallation, _ int) bool { return i.RemovedAt == nil && i.SuspendedAt == nil })
	listing := s.listings.list(ctx, app, lo.Map(active, func(i database.GithubInstallation, _ int) int64 { return i.InstallationID }), fresh)

	for _, i := range ended {
		listing.Failed[i.InstallationID] = problem.New(problem.Forbidden, "%s",
			installationProblem(stateOfInstallation(i.SuspendedAt, i.RemovedAt), i.AccountLogin))
	}

	for _, i := range installations {
		if err := listing.Failed[i.InstallationID]; err != nil {
			if ctx.Err() != nil {
				return listing, nil, ctx.Err()
			}

			s.logger.WarnContext(ctx, "could not list the repositories of an installation", slog.String("installation_id", i.ID.String()),
				logging.Error(err))
		}
	}

	return listing, installations, nil
}

// findGitHubRepository returns a repository by GitHub's id, if an installation of the organisation has it, and that installation.
func (s *service) findGitHubRepository(ctx context.Context, repository int64) (github.Repository, database.GithubInstallation, error) {
	// People choose from the list that they were shown a moment ago: GitHub is asked again only where the repository is not in that list.
	for _, fresh := range []bool{false, true} {
		listing, installations, err := s.githubRepositories(ctx, fresh)
		if err != nil {
			return github.Repository{}, database.GithubInstallation{}, err
		}

		listed, ok := lo.Find(listing.Repositories, func(r github.Listed) bool { return r.ID == repository })
		if ok {
			through, _ := lo.Find(installations, func(i database.GithubInstallation) bool { return i.InstallationID == listed.Installation })

			return listed.Repository, through, nil
		}

		// An installation that could not be asked may have the repository.
		if fresh && len(listing.Failed) > 0 {
			return github.Repository{}, database.GithubInstallation{}, anyOf(listing.Failed)
		}
	}

	return github.Repository{}, database.GithubInstallation{}, problem.New(problem.NotFound,
		"No account on GitHub that is connected to the organisation has the repository with the id %d. Connect its account, or include the repository in the "+
			"installation of the GitHub App there.", repository)
}

// anyOf prefers an error that passes by itself.
func anyOf(failed map[int64]error) error {
	errs := lo.Values(failed)
	if passing, ok := lo.Find(errs, func(err error) bool { return !problem.IsUsers(err) }); ok {
		return passing
	}

	return errs[0]
}

// gitURL is where people and git reach a repository on GitHub.
func gitURL(repository github.Repository) string { return repository.PageURL + ".git" }

func (s *service) projectsOfRepositories(ctx context.Context, listed []github.Listed) (map[int64][]GitHubRepositoryProject, error) {
	rows, err := s.queries.ListRepositoryProjects(ctx, organisationOf(ctx), lo.Map(listed, func(r github.Listed, _ int) int64 { return r.ID }))
	if err != nil {
		return nil, err
	}

	projects := map[int64][]GitHubRepositoryProject{}
	for _, row := range rows {
		projects[row.RepositoryID] = append(projects[row.RepositoryID], GitHubRepositoryProject{ID: row.ID, Slug: row.Slug})
	}

	return projects, nil
}

func newGitHubRepository(r github.Listed, installation uuid.UUID, projects []GitHubRepositoryProject) GitHubRepository {
	return GitHubRepository{
		ID: r.ID, FullName: r.FullName, Description: r.Description, URL: r.PageURL, DefaultBranch: r.DefaultBranch, Private: r.IsPrivate,
		Archived: r.IsArchived, Fork: r.IsFork, PushedAt: lo.EmptyableToPtr(r.PushedAt), InstallationID: installation,
		Projects: append([]GitHubRepositoryProject{}, projects...),
	}
}

// unlisted are the accounts whose repositories could not be listed.
func unlisted(installations []database.GithubInstallation, failed map[int64]error) []GitHubUnlisted {
	all := []GitHubUnlisted{}

	for _, i := range installations {
		err := failed[i.InstallationID]
		if err == nil {
			continue
		}

		state := stateOfInstallation(i.SuspendedAt, i.RemovedAt)

		if reason := github.ReasonOf(err); reason == github.Uninstalled {
			state = installationRemoved
		} else if reason == github.Suspended {
			state = installationSuspended
		}

		all = append(all, GitHubUnlisted{
			InstallationID: i.ID, Account: i.AccountLogin, Problem: cmp.Or(installationProblem(state, i.AccountLogin), problem.MessageOf(err)),
		})
	}

	return all
}
