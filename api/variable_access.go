package api

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// setVariableAccess says whether owners can read the values of the project's variables.
func (s *service) setVariableAccess(ctx context.Context, input *SetVariableAccessInput) (*ProjectOutput, error) {
	err := s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := lockProject(ctx, queries, input.ProjectID); err != nil {
			return err
		}

		if err := queries.SetVariablesReadable(ctx, input.Body.Readable, input.ProjectID, organisationOf(ctx)); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("environment_variable.access", input.ProjectID, map[string]any{"readable": input.Body.Readable}))
	})
	if err != nil {
		return nil, err
	}

	return s.getProject(ctx, &input.ProjectPath)
}

// readEnvironmentVariable returns a value and writes down who has read it.
func (s *service) readEnvironmentVariable(ctx context.Context, input *EnvironmentVariablePath) (*EnvironmentVariableValueOutput, error) {
	output := &EnvironmentVariableValueOutput{CacheControl: "no-store"}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		// An owner who ends the access has every reading before that in the audit log.
		project, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if !project.VariablesReadable {
			return problem.New(problem.Conflict, "The values of this project's variables can be written and not read. "+
				"An owner can change that: zeitwork env access readable.")
		}

		variable, err := queries.GetEnvironmentVariable(ctx, database.GetEnvironmentVariableParams{
			ProjectID: input.ProjectID, Name: input.Name, Scope: input.Scope, OrganisationID: organisationOf(ctx),
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "The project has no environment variable %s with the scope %s.", input.Name, input.Scope)
		}

		if err != nil {
			return err
		}

		output.Body.Value, err = s.keyring.OpenVariable(ctx, queries, keyring.Variable{
			ID: variable.ID, OrganisationID: project.OrganisationID, ProjectID: project.ID, Scope: variable.Scope, Name: variable.Name,
		}, variable.ValueSealed)
		if err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("environment_variable.read", input.ProjectID, map[string]any{detailName: input.Name, "scope": input.Scope}))
	})
}
