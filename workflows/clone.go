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

	result, err := w.fetch(ctx, a)
	if err != nil {
		return nil, err
	}

	// The message of a push that GitHub tells of was read before it became a deployment.
	if a.deployment.Trigger == string(TriggerPush) && skipMark.MatchString(result.Message) {
		return nil, errSkipped
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

// fetch keeps the source of a deployment in the registry.
func (w *Worker) fetch(ctx context.Context, a *attempt) (activities.CloneResult, error) {
	request := activities.CloneRequest{
		ProjectID: a.project.ID, RepositoryURL: a.project.RepositoryURL, Branch: a.deployment.Branch, Commit: lo.FromPtr(a.deployment.CommitSHA),
	}

	from, err := w.githubSourceOf(ctx, a.project)
	if err != nil {
		return activities.CloneResult{}, err
	}

	if from == nil {
		remote, err := w.remoteOf(ctx, a.project.ID, request.RepositoryURL)
		if err != nil {
			return activities.CloneResult{}, err
		}

		request.Credentials, request.Identity = remote.Credentials, remote.Identity

		return w.source.Clone(ctx, request)
	}

	// What is there already needs neither GitHub nor the right to read there.
	if request.Commit != "" {
		if kept, found, err := w.source.Kept(ctx, request.ProjectID, request.Commit); err != nil || found {
			return kept, err
		}
	}

	if request, err = w.cloneFromGitHub(ctx, *from, request); err != nil {
		return activities.CloneResult{}, err
	}

	result, err := w.source.Clone(ctx, request)
	if err != nil {
		err = w.explainRefusal(ctx, *from, err)
	}

	return result, err
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
