package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
)

// clone resolves the commit and keeps its tree as an artifact in the registry.
func (w *Worker) clone(ctx context.Context, a *attempt) (outcome, error) {
	log := w.openBuildLog(ctx, a)
	defer log.close()

	result, err := w.source.Clone(ctx, activities.CloneRequest{
		ProjectID: a.project.ID, RepositoryURL: a.project.RepositoryURL, Branch: a.deployment.Branch, Commit: lo.FromPtr(a.deployment.CommitSHA),
	})
	if err != nil {
		return nil, err
	}

	subject, _, _ := strings.Cut(result.Message, "\n")
	log.sayf("Fetched commit %s: %s", result.Commit, subject)

	for _, sentence := range result.Missing {
		log.sayf("%s", sentence)
	}

	encoded, err := json.Marshal(buildplan.Plan{SourceLacks: result.Missing})
	if err != nil {
		return nil, fmt.Errorf("encode what the source lacks: %w", err)
	}

	return func(ctx context.Context, _ pgx.Tx, queries *database.Queries) error {
		// Few sources lack anything. The step may be repeated, and then find what was missing.
		if len(result.Missing) > 0 || a.deployment.BuildPlan != nil {
			if err := queries.SetDeploymentBuildPlan(ctx, encoded, a.deployment.ID); err != nil {
				return fmt.Errorf("write what the source lacks: %w", err)
			}
		}

		err := queries.SetDeploymentSource(ctx, database.SetDeploymentSourceParams{
			ID: a.deployment.ID, CommitSHA: &result.Commit, SourceDigest: &result.Digest,
			CommitMessage: new(storable(result.Message)), CommitAuthor: new(storable(result.Author)),
		})
		if err != nil {
			return fmt.Errorf("write the source: %w", err)
		}

		return nil
	}, nil
}

// openSource returns the tree that was cloned. Where the registry has it no longer, the deployment goes back to the clone.
func (w *Worker) openSource(ctx context.Context, a *attempt) (*activities.Tree, error) {
	tree, err := w.source.Open(ctx, a.project.ID, lo.FromPtr(a.deployment.SourceDigest))
	if errors.Is(err, activities.ErrGone) {
		return nil, goBack(stepClone, "The source is not in the registry any more.")
	}

	if err != nil {
		return nil, fmt.Errorf("open the source: %w", err)
	}

	return tree, nil
}
