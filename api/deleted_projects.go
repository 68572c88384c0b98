package api

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

func (s *service) listDeletedProjects(ctx context.Context, input *ListDeletedProjectsInput) (*PageOutput[DeletedProject], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListKeptProjectsOf(ctx, database.ListKeptProjectsOfParams{
		UserID: callerOf(ctx).userID, TokenOrganisationID: callerOf(ctx).organisation, Before: before, MaxRows: input.rows(),
		OrganisationID: lo.EmptyableToPtr(input.OrganisationID), Slug: input.Slug,
	})
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, func(r database.ListKeptProjectsOfRow) DeletedProject {
		return DeletedProject{
			ID: r.ID, OrganisationID: r.OrganisationID, Name: r.Name, Slug: r.Slug, RepositoryURL: r.RepositoryURL,
			DeletedAt: r.DeletedAt, KeptUntil: r.KeptUntil, SlugTaken: r.Taken,
		}
	}, func(p DeletedProject) uuid.UUID { return p.ID }), nil
}

func (s *service) restoreProject(ctx context.Context, input *RestoreProjectInput) (*RestoredProjectOutput, error) {
	if reservedSlug(input.Body.Slug) {
		return nil, problem.New(problem.Invalid, "The slug %q is reserved. Choose another one.", input.Body.Slug)
	}

	var restoration workflows.Restoration

	err := database.InTx(ctx, s.pool, func(tx pgx.Tx, queries *database.Queries) error {
		deleted, err := lockDeletedProject(ctx, queries, input.DeletedProjectID)
		if err != nil {
			return err
		}

		if err := quota.Restored(ctx, queries, deleted.OrganisationID, deleted.ID); err != nil {
			return err
		}

		slug := cmp.Or(input.Body.Slug, deleted.Slug)

		if restoration, err = s.deployments.RestoreProject(ctx, tx, deleted, slug, new(callerOf(ctx).userID)); err != nil {
			return err
		}

		if followsPushes(restoration.Project) {
			if err := requestPoll(ctx, queries, deleted.ID); err != nil {
				return err
			}
		}

		details := map[string]any{detailSlug: slug}
		if slug != deleted.Slug {
			details["slug_before"] = deleted.Slug
		}

		return audit(ctx, queries, projectEvent("project.restore", deleted.ID, details))
	})
	if err != nil {
		return nil, err
	}

	restored, err := s.getProject(ctx, &ProjectPath{ProjectID: input.DeletedProjectID})
	if err != nil {
		return nil, err
	}

	return &RestoredProjectOutput{Body: RestoredProject{
		Project: restored.Body,
		Deployments: lo.Map(restoration.Deployments, func(d database.Deployment, _ int) RestoredDeployment {
			return RestoredDeployment{ID: d.ID, EnvironmentID: d.EnvironmentID, Builds: d.Trigger != string(workflows.TriggerRestore)}
		}),
		LostDomains: append([]string{}, restoration.LostDomains...),
	}}, nil
}

func (s *service) purgeProject(ctx context.Context, input *DeletedProjectPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		deleted, err := lockDeletedProject(ctx, queries, input.DeletedProjectID)
		if err != nil {
			return err
		}

		if err := workflows.PurgeProject(ctx, queries, deleted); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("project.purge", deleted.ID, map[string]any{detailSlug: deleted.Slug}))
	})
}

// lockDeletedProject is lockProject for a deleted project whose deletion can be undone.
func lockDeletedProject(ctx context.Context, queries *database.Queries, project uuid.UUID) (database.Project, error) {
	if _, err := hold(ctx, queries); err != nil {
		return database.Project{}, err
	}

	row, err := queries.LockKeptProjectOf(ctx, project, organisationOf(ctx))

	return found(row, err, deletedProjectSubject().name)
}
