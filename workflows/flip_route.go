package workflows

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/notify"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// flipRoute points the environment's domains at the deployment, which makes it live, and has what it replaces retired. The
// project is locked, so that of two deployments the older one can never come last.
func (w *Worker) flipRoute(_ context.Context, a *attempt) (outcome, error) {
	return func(ctx context.Context, tx pgx.Tx, queries *database.Queries) error {
		overtaken, err := queries.NewerDeploymentWasLive(ctx, a.deployment.EnvironmentID, a.deployment.CreatedAt)
		if err != nil {
			return fmt.Errorf("look for younger deployments: %w", err)
		}

		if overtaken {
			return errOvertaken
		}

		if err := requireHealthy(ctx, queries, a); err != nil {
			return err
		}

		if err := queries.PointDomains(ctx, &a.deployment.ID, a.deployment.EnvironmentID); err != nil {
			return fmt.Errorf("point the domains: %w", err)
		}

		if err := queries.ForgetSleep(ctx, a.deployment.EnvironmentID); err != nil {
			return fmt.Errorf("write that the environment is awake: %w", err)
		}

		if err := ownDomain(ctx, queries, a); err != nil {
			return err
		}

		if err := retireReplaced(ctx, w.inserter, tx, a.deployment.EnvironmentID, a.deployment.ID, w.config.KeepWarm); err != nil {
			return err
		}

		if err := tell(ctx, w.inserter, tx, a.project.OrganisationID, a.deployment, notify.EventRecovered); err != nil {
			return err
		}

		// The version is everybody's, so that it is locked last.
		version, err := queries.NextRouteVersion(ctx)
		if err != nil {
			return fmt.Errorf("count the route version: %w", err)
		}

		if err := queries.MakeDeploymentLive(ctx, version, a.deployment.ID); err != nil {
			return fmt.Errorf("make the deployment live: %w", err)
		}

		return queries.Notify(ctx, database.ChannelRoutes, "")
	}, nil
}

// ownDomain gives the deployment a hostname that is its own as long as its image is kept, whatever its environment's domains point at.
func ownDomain(ctx context.Context, queries *database.Queries, a *attempt) error {
	const digits = 8

	label := a.project.Slug + "-" + lo.Substring(a.deployment.ID.String(), -digits, digits)
	if err := queries.CreateDeploymentDomain(ctx, id.New(), label, a.deployment.ID); err != nil {
		return fmt.Errorf("insert the deployment's own domain: %w", err)
	}

	return nil
}

// requireHealthy sends the deployment back to its health check where an instance is not healthy any more. A report that says so later
// changes the route table itself.
func requireHealthy(ctx context.Context, queries *database.Queries, a *attempt) error {
	rows, err := queries.ListDeploymentVMs(ctx, seenWithin, a.deployment.ID)
	if err != nil {
		return fmt.Errorf("read the VMs: %w", err)
	}

	if !judge(rows).healthy {
		return goBack(stepHealthCheck, "An instance of the app was healthy and is not any more.")
	}

	present := lo.CountValuesBy(lo.Filter(rows, toServe), func(row database.ListDeploymentVMsRow) string { return row.Region })
	if a.deployment.EnvironmentID != a.project.ID || fulfils(sharesOf(a.project, a.deployment), present) {
		return nil
	}

	// What the project asks for was changed on the way.
	if err := queries.UnsettleInstances(ctx, a.project.ID); err != nil {
		return fmt.Errorf("have the instances compared: %w", err)
	}

	return nil
}
