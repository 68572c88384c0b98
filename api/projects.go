package api

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listProjects(ctx context.Context, input *ListProjectsInput) (*PageOutput[Project], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListProjectsOf(ctx, database.ListProjectsOfParams{
		UserID: callerOf(ctx).userID, TokenOrganisationID: callerOf(ctx).organisation, Before: before, MaxRows: input.rows(),
		OrganisationID: lo.EmptyableToPtr(input.OrganisationID), Slug: input.Slug, Words: strings.Fields(input.Search),
	})
	if err != nil {
		return nil, err
	}

	listed := page(input.PageInput, rows,
		func(r database.ListProjectsOfRow) Project { return s.newProject(database.GetProjectOfRow(r)) },
		func(p Project) uuid.UUID { return p.ID })

	return listed, s.addOverviews(ctx, listed.Body.Items)
}

func (s *service) getProject(ctx context.Context, input *ProjectPath) (*ProjectOutput, error) {
	row, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	one := []Project{s.newProject(row)}
	if err := s.addOverviews(ctx, one); err != nil {
		return nil, err
	}

	return &ProjectOutput{Body: one[0]}, nil
}

func (s *service) deleteProject(ctx context.Context, input *DeleteProjectInput) (*struct{}, error) {
	undo := s.config.ProjectUndo
	if input.ForGood {
		undo = 0
	}

	return nil, database.InTx(ctx, s.pool, func(tx pgx.Tx, queries *database.Queries) error {
		p, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if err := s.deployments.DeleteProject(ctx, tx, p, undo); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("project.delete", p.ID, map[string]any{detailSlug: p.Slug, "for_good": undo <= 0}))
	})
}

// project returns one project of the organisation that the operation is about.
func (s *service) project(ctx context.Context, project uuid.UUID) (database.GetProjectOfRow, error) {
	row, err := s.queries.GetProjectOf(ctx, project, organisationOf(ctx))

	return found(row, err, "project")
}

// lockProject returns one project of the organisation that the operation is about, and locks it. A caller that has lost the role meanwhile gets the problem
// that says so.
func lockProject(ctx context.Context, queries *database.Queries, project uuid.UUID) (database.Project, error) {
	if _, err := hold(ctx, queries); err != nil {
		return database.Project{}, err
	}

	row, err := queries.LockProjectOf(ctx, project, organisationOf(ctx))

	return found(row, err, "project")
}

func (s *service) newProject(found database.GetProjectOfRow) Project {
	row := found.Project

	return Project{
		ID: row.ID, OrganisationID: row.OrganisationID, Name: row.Name, Slug: row.Slug, RepositoryURL: row.RepositoryURL,
		ProjectSettings: ProjectSettings{
			Branch: row.Branch, RootDirectory: row.RootDirectory, DockerfilePath: row.DockerfilePath, DockerfileTarget: row.DockerfileTarget,
			Port: int(lo.FromPtr(row.Port)), HealthPath: lo.FromPtr(row.HealthPath), Instances: int(row.Instances), Regions: regionsOf(row),
			CPUMillis: int(row.CPUMillis), MemoryBytes: row.MemoryBytes, ReleaseCommand: lo.FromPtr(row.ReleaseCommand), BuildVariables: row.BuildVariables,
			AutoDeploy: &row.AutoDeploy, StartSeconds: int(lo.FromPtr(row.StartSeconds)), GraceSeconds: int(lo.FromPtr(row.GraceSeconds)),
			Previews: previewsOf(row), PreviewDays: int(row.PreviewDays), IgnoredPaths: row.IgnoredPaths, RecordRequests: &row.RecordRequests,
		},
		GitHub: newProjectGitHub(found),
		URL:    s.config.projectURL(row.Slug), LiveDeploymentID: found.LiveDeploymentID, PinnedBy: row.PinnedByID,
		HeldDeploymentID: found.HeldDeploymentID, VariablesReadable: row.VariablesReadable, PollError: cmp.Or(lo.FromPtr(row.PollError), lo.FromPtr(row.PullsError)),
		ReportError: lo.FromPtr(row.ReportError), CreatedAt: row.CreatedAt,
	}
}

func projectEvent(action string, project uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "project", SubjectID: project, Details: details}
}
