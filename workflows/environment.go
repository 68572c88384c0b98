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

	return found, MayRedeploy(found)
}

// nameOfEnvironment begins sentences about an environment.
func nameOfEnvironment(environment database.Environment) string {
	if environment.Kind == environmentProduction {
		return "The project"
	}

	if number := environment.PullRequestNumber; number != nil {
		return fmt.Sprintf("The preview of pull request %d", *number)
	}

	return "The preview of branch " + environment.Branch
}
