package workflows

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/appfacts"
)

// build has the image built and pushed by digest.
func (w *Worker) build(ctx context.Context, a *attempt) (outcome, error) {
	plan, err := planOf(a.deployment)
	if err != nil {
		return nil, err
	}

	tree, err := w.openSource(ctx, a)
	if err != nil {
		return nil, err
	}
	defer tree.Close()

	log := w.openBuildLog(ctx, a)
	defer log.close()

	// An attempt that was cut off may have left another image, which this one takes the tag from.
	if a.number > 1 {
		if err := w.noteLeftImage(ctx, a.project.ID, a.deployment.ID); err != nil {
			return nil, err
		}
	}

	scope, err := w.cacheScope(ctx, a)
	if err != nil {
		return nil, err
	}

	result, err := w.builder.Build(ctx, activities.BuildRequest{
		ProjectID: a.project.ID, DeploymentID: a.deployment.ID, CacheScope: scope, Tree: tree, RootDirectory: a.project.RootDirectory, Plan: plan,
		Secrets: a.variables,
		Facts: appfacts.Deployment{
			ID: a.deployment.ID, Commit: lo.FromPtr(a.deployment.CommitSHA), Branch: a.deployment.Branch, Project: a.project.Slug,
		}.Variables(),
		Take: func(ctx context.Context, address string, most int) (bool, error) {
			return w.takeBuilder(ctx, a.deployment.ID, address, most)
		},
	}, log.write)
	if err != nil {
		return nil, withLacks(err, plan.SourceLacks)
	}

	if err := w.noteImage(ctx, a.project.ID, result.Digest); err != nil {
		return nil, err
	}

	planned := plan.Port

	plan, sentence := dockerfile.TakePortOfImage(plan, result.ExposedPorts)
	if sentence != "" {
		log.sayf("%s", sentence)
	}

	encoded, err := json.Marshal(plan)
	if err != nil {
		return nil, fmt.Errorf("encode the build plan: %w", err)
	}

	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		if err := queries.SetDeploymentImageDigest(ctx, &result.Digest, a.deployment.ID); err != nil {
			return fmt.Errorf("write the image's digest: %w", err)
		}

		if plan.Port != planned {
			if err := queries.SetDeploymentBuildPlan(ctx, encoded, a.deployment.ID); err != nil {
				return fmt.Errorf("write the build plan: %w", err)
			}
		}

		if err := queries.KeepImage(ctx, a.project.ID, result.Digest); err != nil {
			return fmt.Errorf("keep the image: %w", err)
		}

		return nil
	}, nil
}

// takeBuilder gives the deployment a place on a builder, unless that many others are being built there.
func (w *Worker) takeBuilder(ctx context.Context, deployment uuid.UUID, address string, most int) (taken bool, err error) {
	queue, kind := BuildJob()

	err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.LockBuilders(ctx); err != nil {
			return err
		}

		rows, err := queries.TakeBuilder(ctx, database.TakeBuilderParams{Builder: address, ID: deployment, Queue: queue, Kind: kind, Most: int64(most)})
		taken = rows > 0

		return err
	})
	if err != nil {
		return false, fmt.Errorf("take a place on the builder at %s: %w", address, err)
	}

	return taken, nil
}

// cacheScope keeps the builds of each pull request from a fork by themselves: they share no cache with the project's own.
func (w *Worker) cacheScope(ctx context.Context, a *attempt) (uuid.UUID, error) {
	if a.deployment.EnvironmentID == a.project.ID {
		return uuid.Nil, nil
	}

	environment, err := database.New(w.pool).GetEnvironment(ctx, a.deployment.EnvironmentID)
	if err != nil {
		return uuid.Nil, fmt.Errorf("read the environment: %w", err)
	}

	if !environment.IsFork {
		return uuid.Nil, nil
	}

	return environment.ID, nil
}
