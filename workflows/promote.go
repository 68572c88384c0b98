package workflows

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Promote takes the image of a deployment that was live in a preview to production, with production's environment variables. Nothing is built, which
// is why it is a conflict where the build saw other values than production has. A release command is run, as by any deployment. Production is unpinned.
func (d *Deployments) Promote(ctx context.Context, request RepeatRequest) (created database.Deployment, err error) {
	err = database.InTx(ctx, d.pool, func(tx pgx.Tx, queries *database.Queries) error {
		origin, err := find(ctx, queries, request.DeploymentID)
		if err != nil {
			return err
		}

		project, err := lockProject(ctx, queries, origin.ProjectID)
		if err != nil {
			return err
		}

		if err := requirePromotable(ctx, queries, origin); err != nil {
			return err
		}

		production, err := openEnvironment(ctx, queries, project, project.ID)
		if err != nil {
			return err
		}

		fresh := id.New()

		sealed, err := d.sealForPromotion(ctx, queries, project, production, origin, fresh)
		if err != nil {
			return err
		}

		if _, err := unpin(ctx, d.inserter, tx, production, "by a promotion"); err != nil {
			return err
		}

		created, err = d.start(ctx, tx, queries, database.CreateDeploymentParams{
			ID: fresh, ProjectID: project.ID, EnvironmentID: production.ID, Step: stepBehindPush(project), Trigger: string(TriggerPromote), OriginID: &origin.ID,
			Branch: origin.Branch, CommitSHA: origin.CommitSHA, CommitMessage: origin.CommitMessage, CommitAuthor: origin.CommitAuthor,
			SourceDigest: origin.SourceDigest, BuildPlan: origin.BuildPlan, ImageDigest: origin.ImageDigest, ImageID: origin.ImageID,
			EnvironmentSealed: sealed, CreatedBy: request.CreatedBy,
		}, request.Also)

		return err
	})

	return created, err
}

// requirePromotable returns a problem for a deployment that production cannot take over. The project is locked.
func requirePromotable(ctx context.Context, queries *database.Queries, origin database.Deployment) error {
	preview, err := queries.GetEnvironment(ctx, origin.EnvironmentID)
	if err != nil {
		return fmt.Errorf("read the preview: %w", err)
	}

	if err := mayPromote(preview, origin); err != nil {
		return err
	}

	return requireKept(ctx, queries, *origin.ImageID)
}

// sealForPromotion seals production's variables for a deployment with the image of origin. It returns a problem where the build of that image saw
// others.
func (d *Deployments) sealForPromotion(
	ctx context.Context, queries *database.Queries, project database.Project, production database.Environment, origin database.Deployment, fresh uuid.UUID,
) ([]byte, error) {
	built, err := d.keyring.OpenEnvironment(ctx, queries, snapshotOf(project, origin.ID), origin.EnvironmentSealed)
	if err != nil {
		return nil, fmt.Errorf("open the preview's environment: %w", err)
	}

	variables, err := d.variablesOf(ctx, queries, project, production)
	if err != nil {
		return nil, err
	}

	plan, err := planOf(origin)
	if err != nil {
		return nil, err
	}

	differing := lo.Filter(seenByBuild(project, plan, built, variables), func(name string, _ int) bool {
		was, had := built[name]
		is, has := variables[name]

		return had != has || was != is
	})
	if len(differing) > 0 {
		return nil, problem.New(problem.Conflict, "The image cannot be taken over: its build saw other values than production has of %s. "+
			"Deploy the commit to production instead, which builds it anew: zeitwork deploy --commit %s.", strings.Join(differing, ", "), lo.FromPtr(origin.CommitSHA))
	}

	sealed, err := d.keyring.SealEnvironment(ctx, queries, snapshotOf(project, fresh), variables)
	if err != nil {
		return nil, fmt.Errorf("seal the environment: %w", err)
	}

	return sealed, nil
}

// stepBehindPush is where a deployment begins that has its image.
func stepBehindPush(project database.Project) string {
	name, _ := step{name: stepPush}.next(project)

	return name
}
