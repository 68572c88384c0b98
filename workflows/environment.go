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

// The kinds of environments, as they stand in environments.kind. The production of a project has the project's id.
const (
	environmentProduction = "production"
	environmentPreview    = "preview"
)

// openEnvironment returns an environment of a project that takes deployments. The project is locked.
func openEnvironment(ctx context.Context, queries *database.Queries, project database.Project, environment uuid.UUID) (database.Environment, error) {
	found, err := queries.GetEnvironment(ctx, environment)
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && found.ProjectID != project.ID) {
		return database.Environment{}, problem.New(problem.NotFound, "There is no such environment.")
	}

	if err != nil {
		return database.Environment{}, fmt.Errorf("read the environment: %w", err)
	}

	if found.DeletedAt != nil {
		return database.Environment{}, problem.New(problem.Conflict,
			"The preview of branch %s was deleted. Push to the branch, or deploy it, to get another one.", found.Branch)
	}

	return found, nil
}

// instancesOf is how many VMs run a deployment: in production as many as the project asks for, in a preview one.
func instancesOf(project database.Project, deployment database.Deployment) int {
	if deployment.EnvironmentID != project.ID {
		return 1
	}

	return int(project.Instances)
}

// nameOfEnvironment begins sentences about an environment.
func nameOfEnvironment(environment database.Environment) string {
	if environment.Kind == environmentProduction {
		return "The project"
	}

	return "The preview of branch " + environment.Branch
}
