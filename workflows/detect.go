package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
)

// detect decides how the source is built.
func (w *Worker) detect(ctx context.Context, a *attempt) (outcome, error) {
	log := w.openBuildLog(ctx, a)
	defer log.close()

	tree, err := w.openSource(ctx, a)
	if err != nil {
		return nil, err
	}
	defer tree.Close()

	plan, err := w.builder.Plan(ctx, tree.Dir, buildplan.Settings{
		RootDirectory: a.project.RootDirectory, DockerfilePath: a.project.DockerfilePath, Port: int(lo.FromPtr(a.project.Port)),
		Variables:      append([]string{}, slices.Sorted(maps.Keys(a.environment))...),
		BuildVariables: a.project.BuildVariables, BaseImages: w.config.BaseImages,
	})
	if err != nil {
		return nil, err
	}

	log.sayf("%s", plan.Reason)

	encoded, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("encode the build plan: %w", err)
	}

	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		if err := queries.SetDeploymentBuildPlan(ctx, encoded, a.deployment.ID); err != nil {
			return fmt.Errorf("write the build plan: %w", err)
		}

		return nil
	}, nil
}

// planOf is what detect has decided for a deployment.
func planOf(deployment database.Deployment) (buildplan.Plan, error) {
	var plan buildplan.Plan
	if err := json.Unmarshal(deployment.BuildPlan, &plan); err != nil {
		return plan, fmt.Errorf("decode the build plan: %w", err)
	}

	return plan, nil
}
