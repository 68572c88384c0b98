package api

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (s *service) listProjects(ctx context.Context, input *ListProjectsInput) (*PageOutput[Project], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListProjectsOf(ctx, database.ListProjectsOfParams{
		UserID: callerOf(ctx).userID, TokenOrganisationID: callerOf(ctx).organisation, Before: before, MaxRows: input.rows(),
		OrganisationID: lo.EmptyableToPtr(input.OrganisationID), Slug: input.Slug,
	})
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows,
		func(r database.ListProjectsOfRow) Project { return s.newProject(database.GetProjectOfRow(r)) },
		func(p Project) uuid.UUID { return p.ID }), nil
}

func (s *service) getProject(ctx context.Context, input *ProjectPath) (*ProjectOutput, error) {
	row, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	return &ProjectOutput{Body: s.newProject(row)}, nil
}

func (s *service) createProject(ctx context.Context, input *CreateProjectInput) (*ProjectOutput, error) {
	organisation := lo.FromPtr(input.Body.OrganisationID)

	var err error
	if organisation == uuid.Nil {
		if organisation, err = s.onlyOrganisation(ctx); err != nil {
			return nil, err
		}
	}

	if ctx, err = s.enter(ctx, organisation); err != nil {
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

func (s *service) insertProject(ctx context.Context, input *CreateProjectInput, settle settle) (uuid.UUID, error) {
	settings := input.Body.ProjectSettings
	params := database.CreateProjectParams{
		ID: id.New(), OrganisationID: organisationOf(ctx), Name: input.Body.Name, RepositoryURL: input.Body.RepositoryURL,
		Branch: settings.Branch, RootDirectory: settings.RootDirectory, DockerfilePath: settings.DockerfilePath, DockerfileTarget: settings.DockerfileTarget,
		Port: portOf(settings.Port), HealthPath: lo.EmptyableToPtr(settings.HealthPath),
		Instances: *narrow(&settings.Instances), CPUMillis: *narrow(&settings.CPUMillis),
		MemoryBytes: settings.MemoryBytes, AutoDeploy: lo.FromPtrOr(settings.AutoDeploy, true),
		ReleaseCommand: releaseCommandOf(settings.ReleaseCommand), BuildVariables: lo.Uniq(settings.BuildVariables),
		StartSeconds: secondsOf(settings.StartSeconds), GraceSeconds: secondsOf(settings.GraceSeconds),
		Previews: settings.Previews, PreviewDays: *narrow(&settings.PreviewDays),
	}

	if err := s.config.checkSource(params.RepositoryURL, params.Branch, params.RootDirectory, params.DockerfilePath); err != nil {
		return uuid.Nil, err
	}

	if err := checkBuild(params.ReleaseCommand, params.BuildVariables); err != nil {
		return uuid.Nil, err
	}

	isTaken := func(candidate string) (bool, error) {
		return s.queries.ProjectSlugTaken(ctx, candidate, s.config.hostname(candidate))
	}

	return params.ID, withFreeSlug(input.Body.Name, input.Body.Slug, "project", isTaken, func(slug string) error {
		params.Slug = slug

		return s.inTx(ctx, func(queries *database.Queries) error { return s.storeProject(ctx, queries, params, settle) })
	})
}

// storeProject stores a project with its generated domain.
func (s *service) storeProject(ctx context.Context, queries *database.Queries, params database.CreateProjectParams, settle settle) error {
	if _, err := hold(ctx, queries); err != nil {
		return err
	}

	if _, err := queries.CreateProject(ctx, params); err != nil {
		return taken(err, errSlugTaken)
	}

	if _, err := queries.CreateDomain(ctx, database.CreateDomainParams{
		ID: id.New(), ProjectID: params.ID, OrganisationID: params.OrganisationID, EnvironmentID: params.ID, Hostname: s.config.hostname(params.Slug),
		Kind: kindGenerated,
	}); err != nil {
		return taken(err, errSlugTaken)
	}

	if err := changeRoutes(ctx, queries); err != nil {
		return err
	}

	if err := settle(ctx, queries, params.ID); err != nil {
		return err
	}

	return audit(ctx, queries, projectEvent("project.create", params.ID, map[string]any{"slug": params.Slug}))
}

func (s *service) updateProject(ctx context.Context, input *UpdateProjectInput) (*ProjectOutput, error) {
	if err := s.changeProject(ctx, input.ProjectID, input.Body); err != nil {
		return nil, err
	}

	return s.getProject(ctx, &input.ProjectPath)
}

func (s *service) changeProject(ctx context.Context, project uuid.UUID, update ProjectUpdate) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		before, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		after, changed := update.apply(before)
		if err := s.config.checkSource(after.RepositoryURL, after.Branch, after.RootDirectory, after.DockerfilePath); err != nil {
			return err
		}

		if err := checkBuild(after.ReleaseCommand, after.BuildVariables); err != nil {
			return err
		}

		if err := queries.UpdateProject(ctx, database.UpdateProjectParams{
			ID: after.ID, OrganisationID: after.OrganisationID, RepositoryURL: after.RepositoryURL, Branch: after.Branch, RootDirectory: after.RootDirectory,
			DockerfilePath: after.DockerfilePath, DockerfileTarget: after.DockerfileTarget, Port: after.Port, HealthPath: after.HealthPath, Instances: after.Instances,
			CPUMillis: after.CPUMillis, MemoryBytes: after.MemoryBytes, AutoDeploy: after.AutoDeploy,
			ReleaseCommand: after.ReleaseCommand, BuildVariables: after.BuildVariables,
			StartSeconds: after.StartSeconds, GraceSeconds: after.GraceSeconds, Previews: after.Previews, PreviewDays: after.PreviewDays,
		}); err != nil {
			return err
		}

		if after.RepositoryURL != before.RepositoryURL || after.Branch != before.Branch {
			if err := queries.ForgetPoll(ctx, after.ID, after.OrganisationID); err != nil {
				return err
			}
		}

		// The branches that are there when previews are turned on are no pushes.
		if after.RepositoryURL != before.RepositoryURL || after.Previews != before.Previews {
			if err := queries.ForgetAllBranches(ctx, after.ID, organisationOf(ctx)); err != nil {
				return err
			}
		}

		return audit(ctx, queries, projectEvent("project.update", after.ID, map[string]any{"changed": changed}))
	})
}

func (s *service) deleteProject(ctx context.Context, input *ProjectPath) (*struct{}, error) {
	return nil, database.InTx(ctx, s.pool, func(tx pgx.Tx, queries *database.Queries) error {
		p, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if err := s.deployments.EndProject(ctx, tx, p.ID); err != nil {
			return fmt.Errorf("end what runs for project %s: %w", p.ID, err)
		}

		if err := queries.MarkProjectDeleted(ctx, p.ID, p.OrganisationID); err != nil {
			return err
		}

		if err := queries.DeleteDomains(ctx, p.ID, p.OrganisationID); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("project.delete", p.ID, map[string]any{"slug": p.Slug}))
	})
}

// project returns one project of the organisation that the operation is about.
func (s *service) project(ctx context.Context, project uuid.UUID) (database.GetProjectOfRow, error) {
	row, err := s.queries.GetProjectOf(ctx, project, organisationOf(ctx))

	return found(row, err, "project")
}

// lockProject returns one project of the organisation that the operation is about, and locks it.
func lockProject(ctx context.Context, queries *database.Queries, project uuid.UUID) (database.Project, error) {
	row, err := queries.LockProjectOf(ctx, project, organisationOf(ctx))

	return found(row, err, "project")
}

func (s *service) newProject(found database.GetProjectOfRow) Project {
	row := found.Project

	return Project{
		ID: row.ID, OrganisationID: row.OrganisationID, Name: row.Name, Slug: row.Slug, RepositoryURL: row.RepositoryURL,
		ProjectSettings: ProjectSettings{
			Branch: row.Branch, RootDirectory: row.RootDirectory, DockerfilePath: row.DockerfilePath, DockerfileTarget: row.DockerfileTarget,
			Port: int(lo.FromPtr(row.Port)), HealthPath: lo.FromPtr(row.HealthPath), Instances: int(row.Instances), CPUMillis: int(row.CPUMillis),
			MemoryBytes: row.MemoryBytes, ReleaseCommand: lo.FromPtr(row.ReleaseCommand), BuildVariables: row.BuildVariables,
			AutoDeploy: &row.AutoDeploy, StartSeconds: int(lo.FromPtr(row.StartSeconds)), GraceSeconds: int(lo.FromPtr(row.GraceSeconds)),
			Previews: row.Previews, PreviewDays: int(row.PreviewDays),
		},
		URL: s.config.projectURL(row.Slug), LiveDeploymentID: found.LiveDeploymentID, PinnedBy: row.PinnedByID,
		HeldDeploymentID: found.HeldDeploymentID, PollError: lo.FromPtr(row.PollError), CreatedAt: row.CreatedAt,
	}
}

func projectEvent(action string, project uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "project", SubjectID: project, Details: details}
}
