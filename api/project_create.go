package api

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (s *service) createProject(ctx context.Context, input *CreateProjectInput) (*ProjectOutput, error) {
	ctx, err := s.enterNamed(ctx, input.Body.OrganisationID)
	if err != nil {
		return nil, err
	}

	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-project", input.Body, func(settle settle) (uuid.UUID, error) {
		return s.insertProject(ctx, input, settle)
	})
	if err != nil {
		return nil, err
	}

	return s.getProject(ctx, &ProjectPath{ProjectID: created})
}

// enterNamed admits the caller to the organisation that a body names or, where it names none, to the caller's only one.
func (s *service) enterNamed(ctx context.Context, named *uuid.UUID) (context.Context, error) {
	organisation := lo.FromPtr(named)

	var err error
	if organisation == uuid.Nil {
		if organisation, err = s.onlyOrganisation(ctx); err != nil {
			return ctx, err
		}
	}

	return s.enter(ctx, organisation)
}

func (s *service) insertProject(ctx context.Context, input *CreateProjectInput, settle settle) (uuid.UUID, error) {
	chosen, err := s.chooseRepository(ctx, input.Body.GitHubRepositoryID, input.Body.RepositoryURL)
	if err != nil {
		return uuid.Nil, err
	}

	settings := input.Body.ProjectSettings
	params := database.CreateProjectParams{
		ID: id.New(), OrganisationID: organisationOf(ctx), Name: input.Body.Name, RepositoryURL: gitssh.URL(input.Body.RepositoryURL),
		Branch:        cmp.Or(settings.Branch, chosen.defaultBranch(), mainBranch),
		RootDirectory: settings.RootDirectory, DockerfilePath: settings.DockerfilePath, DockerfileTarget: settings.DockerfileTarget,
		Port: portOf(settings.Port), HealthPath: lo.EmptyableToPtr(settings.HealthPath),
		Instances: *narrow(&settings.Instances), CPUMillis: *narrow(&settings.CPUMillis),
		MemoryBytes: settings.MemoryBytes, AutoDeploy: lo.FromPtrOr(settings.AutoDeploy, true),
		ReleaseCommand: releaseCommandOf(settings.ReleaseCommand), BuildVariables: lo.Uniq(settings.BuildVariables),
		StartSeconds: secondsOf(settings.StartSeconds), GraceSeconds: secondsOf(settings.GraceSeconds),
		PreviewDays: *narrow(&settings.PreviewDays), IgnoredPaths: lo.Uniq(settings.IgnoredPaths), RecordRequests: lo.FromPtrOr(settings.RecordRequests, true),
	}
	params.Previews, params.PullRequestPreviews = previewColumns(settings.Previews)

	if err := s.placeNew(ctx, settings.Regions, &params); err != nil {
		return uuid.Nil, err
	}

	if err := checkPullRequests(params.PullRequestPreviews, chosen != nil); err != nil {
		return uuid.Nil, err
	}

	if chosen != nil {
		params.RepositoryURL = gitURL(chosen.repository)
	}

	if err := s.config.checkSource(params.RepositoryURL, params.Branch, params.RootDirectory, params.DockerfilePath); err != nil {
		return uuid.Nil, err
	}

	if err := checkBuild(params.ReleaseCommand, params.BuildVariables); err != nil {
		return uuid.Nil, err
	}

	isTaken := func(candidate string) (bool, error) {
		return s.queries.ProjectSlugTaken(ctx, candidate, s.config.hostname(candidate), organisationOf(ctx))
	}

	if err := checkIgnoredPaths(params.IgnoredPaths); err != nil {
		return uuid.Nil, err
	}

	return params.ID, withFreeSlug(input.Body.Name, input.Body.Slug, "project", isTaken, func(slug string) error {
		params.Slug = slug

		return s.inTx(ctx, func(queries *database.Queries) error { return s.storeProject(ctx, queries, params, chosen, settle) })
	})
}

// storeProject stores a project with its generated domain, and the repository on GitHub if one was chosen.
func (s *service) storeProject(
	ctx context.Context, queries *database.Queries, params database.CreateProjectParams, chosen *chosenRepository, settle settle,
) error {
	if _, err := hold(ctx, queries); err != nil {
		return err
	}

	if err := quota.Project(ctx, queries, params.OrganisationID); err != nil {
		return err
	}

	var err error
	if params.GithubRepositoryID, err = chosen.put(ctx, queries); err != nil {
		return err
	}

	project, err := queries.CreateProject(ctx, params)
	if err != nil {
		return taken(err, errSlugTaken)
	}

	if err := quota.Settings(ctx, queries, project); err != nil {
		return err
	}

	if _, err := queries.CreateDomain(ctx, database.CreateDomainParams{
		ID: id.New(), ProjectID: params.ID, OrganisationID: params.OrganisationID, EnvironmentID: params.ID, Hostname: s.config.hostname(params.Slug),
		Kind: kindGenerated,
	}); err != nil {
		return taken(err, errSlugTaken)
	}

	if followsPushes(project) {
		if err := requestPoll(ctx, queries, project.ID); err != nil {
			return err
		}
	}

	if err := settle(ctx, queries, params.ID); err != nil {
		return err
	}

	return audit(ctx, queries, projectEvent("project.create", params.ID, map[string]any{detailSlug: params.Slug}))
}
