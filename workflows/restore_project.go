package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Restoration is what became of a project whose deletion was undone.
type Restoration struct {
	Project database.Project
	// Deployments bring back what was live, one in each environment where something was. Those whose image is not kept build their commit again.
	Deployments []database.Deployment
	// LostDomains are the custom hostnames that another project has proven meanwhile. They are claims now, which need another proof.
	LostDomains []string
}

// RestoreProject undoes the deletion of a project under a slug, its own or another one. What was live comes back from its image, without a build, on
// the domains that it had. A slug that another project has is a conflict. The project is locked and can be restored.
func (d *Deployments) RestoreProject(ctx context.Context, tx pgx.Tx, project database.Project, slug string, by *uuid.UUID) (Restoration, error) {
	queries := database.New(tx)

	lost, err := d.returnRows(ctx, queries, project, slug)
	if err != nil {
		return Restoration{}, err
	}

	restored, err := lockProject(ctx, queries, project.ID)
	if err != nil {
		return Restoration{}, err
	}

	started, err := d.runAgainWhatWasLive(ctx, tx, queries, restored, by)

	return Restoration{Project: restored, Deployments: started, LostDomains: lost}, err
}

// returnRows returns the previews, domains and the project itself, and tells which domains are lost.
func (d *Deployments) returnRows(ctx context.Context, queries *database.Queries, project database.Project, slug string) (lost []string, err error) {
	if err := queries.ReturnPreviews(ctx, project.ID); err != nil {
		return nil, fmt.Errorf("return the previews: %w", err)
	}

	if err := renameGenerated(ctx, queries, project, slug); err != nil {
		return nil, err
	}

	if lost, err = queries.LoseKeptDomains(ctx, lostToAnother, project.ID); err != nil {
		return nil, fmt.Errorf("look for domains that are lost: %w", err)
	}

	if err := queries.DropTakenDeploymentDomains(ctx, project.ID); err != nil {
		return nil, fmt.Errorf("look for hostnames of deployments that are lost: %w", err)
	}

	if err := queries.ReturnProject(ctx, slug, project.ID); database.IsUniqueViolation(err) {
		return nil, slugIsTaken(project, slug)
	} else if err != nil {
		return nil, fmt.Errorf("return the project: %w", err)
	}

	if err := queries.ReturnDomains(ctx, project.ID); database.IsUniqueViolation(err) {
		return nil, problem.New(problem.Conflict, "Another project has just got one of its hostnames. Restore it once more: what is lost is told then.")
	} else if err != nil {
		return nil, fmt.Errorf("return the domains: %w", err)
	}

	version, err := changeCertificates(ctx, queries)
	if err != nil {
		return nil, err
	}

	// Edges have let go of the certificates meanwhile.
	if err := queries.ShowCertificatesAgain(ctx, version, project.ID); err != nil {
		return nil, fmt.Errorf("return the certificates: %w", err)
	}

	return lost, nil
}

func slugIsTaken(project database.Project, slug string) error {
	return problem.New(problem.Conflict, "The slug %q belongs to another project by now. Restore this one under another slug: "+
		"zeitwork projects restore %s --slug NEW.", slug, project.Slug)
}

// runAgainWhatWasLive starts what was live in each environment when the project was deleted.
func (d *Deployments) runAgainWhatWasLive(
	ctx context.Context, tx pgx.Tx, queries *database.Queries, project database.Project, by *uuid.UUID,
) (started []database.Deployment, err error) {
	environments, err := queries.ListEnvironments(ctx, project.ID)
	if err != nil {
		return nil, fmt.Errorf("list the environments: %w", err)
	}

	for _, environment := range environments {
		// It was asleep with what was live. What comes back is not to be woken.
		if err := queries.ForgetSleep(ctx, environment.ID); err != nil {
			return nil, fmt.Errorf("write that the environment is awake: %w", err)
		}

		last, err := queries.LastRelease(ctx, environment.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}

		if err != nil {
			return nil, fmt.Errorf("read what was live: %w", err)
		}

		request := RepeatRequest{DeploymentID: last.Deployment.ID, CreatedBy: by}

		var deployment database.Deployment
		if last.ImageIsKept {
			deployment, err = d.runAgain(ctx, tx, queries, project, last.Deployment, TriggerRestore, request)
		} else {
			deployment, err = d.buildAgain(ctx, tx, queries, project, environment, last.Deployment, request)
		}

		if err != nil {
			return nil, err
		}

		if environment.PinnedByID != nil {
			if err := queries.PinEnvironment(ctx, deployment.ID, environment.ID); err != nil {
				return nil, fmt.Errorf("pin the environment again: %w", err)
			}
		}

		started = append(started, deployment)
	}

	return started, nil
}
