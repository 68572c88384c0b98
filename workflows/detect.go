package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
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

	var lacks []string

	if a.deployment.BuildPlan != nil {
		cloned, err := planOf(a.deployment)
		if err != nil {
			return nil, err
		}

		lacks = cloned.SourceLacks
	}

	plan, err := w.builder.Plan(ctx, tree.Dir, buildplan.Settings{
		RootDirectory: a.project.RootDirectory, DockerfilePath: a.project.DockerfilePath, DockerfileTarget: a.project.DockerfileTarget,
		Port:           wantedPort(a.project, a.variables),
		Variables:      append([]string{}, slices.Sorted(maps.Keys(a.variables))...),
		BuildVariables: a.project.BuildVariables, BaseImages: w.config.BaseImages,
	})
	if err != nil {
		return nil, withLacks(err, lacks)
	}

	log.sayf("%s", plan.Reason)

	for _, note := range plan.Notes {
		log.sayf("%s", note)
	}

	plan.SourceLacks = lacks

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

// withLacks adds what the source lacks to an error of the user's, since that may be why.
func withLacks(err error, lacks []string) error {
	if len(lacks) == 0 || !problem.IsUsers(err) {
		return err
	}

	return problem.Wrap(err, problem.CodeOf(err), "%s %s", problem.MessageOf(err), strings.Join(lacks, " "))
}
