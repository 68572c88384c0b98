package api

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxVariables bounds the environment variables of a project.
const maxVariables = 500

func (s *service) listEnvironmentVariables(ctx context.Context, input *ProjectPath) (*ListEnvironmentVariablesOutput, error) {
	if _, err := s.project(ctx, input.ProjectID); err != nil {
		return nil, err
	}

	rows, err := s.queries.ListEnvironmentVariables(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	output := &ListEnvironmentVariablesOutput{}
	output.Body.Items = lo.Map(rows, func(r database.ListEnvironmentVariablesRow, _ int) EnvironmentVariable { return EnvironmentVariable(r) })

	return output, nil
}

func (s *service) setEnvironmentVariable(ctx context.Context, input *SetEnvironmentVariableInput) (*EnvironmentVariableOutput, error) {
	row, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	if err := checkVariable(input.Name, input.Body.Value); err != nil {
		return nil, err
	}

	output := &EnvironmentVariableOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		// A new deployment reads all variables under the same lock, so that it never sees half of a change.
		if _, err := queries.LockProject(ctx, input.ProjectID); err != nil {
			return err
		}

		if output.Body, err = s.writeVariable(ctx, queries, input); err != nil {
			return err
		}

		return audit(ctx, queries, &row.Project.OrganisationID,
			projectEvent("environment_variable.set", input.ProjectID, map[string]any{"name": input.Name}))
	})
}

func (s *service) writeVariable(ctx context.Context, queries *database.Queries, input *SetEnvironmentVariableInput) (EnvironmentVariable, error) {
	variable, err := queries.LockEnvironmentVariable(ctx, input.ProjectID, input.Name)
	if err == nil {
		row, err := queries.UpdateEnvironmentVariable(ctx, s.config.SecretKey.SealVariable(variable, input.Body.Value), variable)

		return EnvironmentVariable(row), err
	}

	if !errors.Is(err, pgx.ErrNoRows) {
		return EnvironmentVariable{}, err
	}

	count, err := queries.CountEnvironmentVariables(ctx, input.ProjectID)
	if err != nil {
		return EnvironmentVariable{}, err
	}

	if count >= maxVariables {
		return EnvironmentVariable{}, problem.New(problem.Conflict, "A project can have %d environment variables. Delete one first.", maxVariables)
	}

	variable = id.New()
	row, err := queries.CreateEnvironmentVariable(ctx, database.CreateEnvironmentVariableParams{
		ID: variable, ProjectID: input.ProjectID, Name: input.Name, ValueSealed: s.config.SecretKey.SealVariable(variable, input.Body.Value),
	})

	return EnvironmentVariable(row), err
}

func (s *service) deleteEnvironmentVariable(ctx context.Context, input *EnvironmentVariablePath) (*struct{}, error) {
	row, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := queries.LockProject(ctx, input.ProjectID); err != nil {
			return err
		}

		deleted, err := queries.DeleteEnvironmentVariable(ctx, input.ProjectID, input.Name)
		if err != nil {
			return err
		}

		if deleted == 0 {
			return problem.New(problem.NotFound, "The project has no environment variable %s.", input.Name)
		}

		return audit(ctx, queries, &row.Project.OrganisationID,
			projectEvent("environment_variable.delete", input.ProjectID, map[string]any{"name": input.Name}))
	})
}

// checkVariable refuses the variable that the platform itself sets, and values that no process can have in its environment.
func checkVariable(name, value string) error {
	if name == "PORT" {
		return problem.New(problem.Invalid, "The platform sets PORT itself. Change the project's port instead.")
	}

	if strings.ContainsRune(value, 0) {
		return problem.New(problem.Invalid, "The value of %s holds a NUL character, which no environment variable can. Encode it, for example as base64.", name)
	}

	return nil
}
