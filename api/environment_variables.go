package api

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/workflows"
)

// The bounds of a project's environment. Linux gives a process 2 MiB for its arguments and its environment together, of which the image and the
// platform take some, and 128 KiB for one variable.
const (
	maxVariables        = 500
	maxVariableBytes    = 64 << 10
	maxEnvironmentBytes = 1 << 20
)

// cursorSeparator stands between the name and the scope in the cursor of a list of variables. No name holds it.
const cursorSeparator = "-"

// reservedPrefix begins the names of the variables that the platform sets.
const reservedPrefix = "ZEITWORK_"

func (s *service) listEnvironmentVariables(ctx context.Context, input *ListEnvironmentVariablesInput) (*PageOutput[EnvironmentVariable], error) {
	params := database.ListEnvironmentVariablesParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), Scope: input.Scope, MaxRows: PageInput{Limit: input.Limit}.rows(),
	}

	// A cursor of the version before names no scope: the page begins behind all of the name.
	var scoped bool
	if params.AfterName, params.AfterScope, scoped = strings.Cut(input.Cursor, cursorSeparator); !scoped {
		params.AfterScope = "~"
	}

	rows, err := s.queries.ListEnvironmentVariables(ctx, params)
	if err != nil {
		return nil, err
	}

	project, err := s.project(ctx, input.ProjectID)
	if err != nil {
		return nil, err
	}

	atBuild, err := visibleToBuild(ctx, s.queries, project.Project)
	if err != nil {
		return nil, err
	}

	return pageBy(input.Limit, rows,
		func(r database.ListEnvironmentVariablesRow) EnvironmentVariable {
			return EnvironmentVariable{Name: r.Name, Scope: r.Scope, UpdatedAt: r.UpdatedAt, AtBuild: atBuild(r.Name)}
		},
		func(last EnvironmentVariable) string { return last.Name + cursorSeparator + last.Scope }), nil
}

func (s *service) setEnvironmentVariable(ctx context.Context, input *SetEnvironmentVariableInput) (*EnvironmentVariableOutput, error) {
	output := &EnvironmentVariableOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		// A new deployment reads all variables under the same lock, so that it never sees half of a change.
		project, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if err := checkVariable(project, input.Name, input.Body.Value); err != nil {
			return err
		}

		if output.Body, err = s.writeVariable(ctx, queries, project, input); err != nil {
			return err
		}

		return audit(ctx, queries, projectEvent("environment_variable.set", input.ProjectID, map[string]any{detailName: input.Name, "scope": input.Scope}))
	})
}

func (s *service) writeVariable(
	ctx context.Context, queries *database.Queries, project database.Project, input *SetEnvironmentVariableInput,
) (EnvironmentVariable, error) {
	if err := s.checkRoom(ctx, queries, input); err != nil {
		return EnvironmentVariable{}, err
	}

	variable, err := s.storeVariable(ctx, queries, project, input)
	if err != nil {
		return variable, err
	}

	atBuild, err := visibleToBuild(ctx, queries, project)
	if err != nil {
		return variable, err
	}

	variable.AtBuild = atBuild(variable.Name)

	return variable, nil
}

// visibleToBuild returns a function that tells of the name of a variable whether builds of the project may see its value.
func visibleToBuild(ctx context.Context, queries *database.Queries, project database.Project) (func(name string) bool, error) {
	plan, err := queries.LastBuildPlan(ctx, project.ID, project.OrganisationID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}

	return workflows.VisibleToBuild(project, plan)
}

// storeVariable seals a value and stores it. The project is locked.
func (s *service) storeVariable(
	ctx context.Context, queries *database.Queries, project database.Project, input *SetEnvironmentVariableInput,
) (EnvironmentVariable, error) {
	sealed, err := s.keyring.SealVariable(ctx, queries,
		keyring.Variable{OrganisationID: project.OrganisationID, ProjectID: project.ID, Scope: input.Scope, Name: input.Name}, input.Body.Value)
	if err != nil {
		return EnvironmentVariable{}, err
	}

	variable, err := queries.LockEnvironmentVariable(ctx, database.LockEnvironmentVariableParams{
		ProjectID: input.ProjectID, Name: input.Name, Scope: input.Scope, OrganisationID: organisationOf(ctx),
	})
	if err == nil {
		row, err := queries.UpdateEnvironmentVariable(ctx, sealed, variable, organisationOf(ctx))

		return EnvironmentVariable{Name: row.Name, Scope: row.Scope, UpdatedAt: row.UpdatedAt}, err
	}

	if !errors.Is(err, pgx.ErrNoRows) {
		return EnvironmentVariable{}, err
	}

	row, err := queries.CreateEnvironmentVariable(ctx, database.CreateEnvironmentVariableParams{
		ID: id.New(), ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), Name: input.Name, Scope: input.Scope, ValueSealed: sealed,
	})

	return EnvironmentVariable{Name: row.Name, Scope: row.Scope, UpdatedAt: row.UpdatedAt}, err
}

// checkRoom refuses a variable with which the project would have too many, or more than a process can be given.
func (s *service) checkRoom(ctx context.Context, queries *database.Queries, input *SetEnvironmentVariableInput) error {
	others, err := queries.SizeOfEnvironment(ctx, database.SizeOfEnvironmentParams{
		ProjectID: input.ProjectID, Name: input.Name, Scope: input.Scope, OrganisationID: organisationOf(ctx),
	})
	if err != nil {
		return err
	}

	if others.Variables >= maxVariables {
		return problem.New(problem.Conflict, "A project can have %d environment variables. Delete one first.", maxVariables)
	}

	used := others.Bytes - others.Variables*secret.SealedOverhead

	if wanted := used + int64(len(input.Name)+len(input.Body.Value)); wanted > maxEnvironmentBytes {
		return problem.New(problem.Conflict, "With %s the environment variables of the project would have %d bytes, and a process can be given %d of them. "+
			"Delete or shorten some, or put large values into a file or a store that the app reads.", input.Name, wanted, maxEnvironmentBytes)
	}

	return nil
}

func (s *service) deleteEnvironmentVariable(ctx context.Context, input *EnvironmentVariablePath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := lockProject(ctx, queries, input.ProjectID); err != nil {
			return err
		}

		deleted, err := queries.DeleteEnvironmentVariable(ctx, database.DeleteEnvironmentVariableParams{
			ProjectID: input.ProjectID, Name: input.Name, Scope: input.Scope, OrganisationID: organisationOf(ctx),
		})
		if err != nil {
			return err
		}

		if deleted == 0 {
			return problem.New(problem.NotFound, "The project has no environment variable %s with the scope %s.", input.Name, input.Scope)
		}

		return audit(ctx, queries, projectEvent("environment_variable.delete", input.ProjectID, map[string]any{detailName: input.Name, "scope": input.Scope}))
	})
}

// checkPort refuses a value of PORT that is no port, or that the app would not get.
func checkPort(project database.Project, value string) error {
	port, err := strconv.ParseUint(value, 10, 16)
	if err != nil || port == 0 {
		return problem.New(problem.Invalid, "PORT is the port that the app listens on: give a number from 1 to 65535.")
	}

	if project.Port != nil && uint64(*project.Port) != port { //nolint:gosec // The database has no negative port.
		return problem.New(problem.Conflict, "The app gets the project's setting port, which is %d, as PORT. Change that setting instead.", *project.Port)
	}

	return nil
}

// checkVariable refuses the variables that the platform itself sets, and values that no process can have in its environment.
func checkVariable(project database.Project, name, value string) error {
	if name == "PORT" {
		return checkPort(project, value)
	}

	if strings.HasPrefix(name, reservedPrefix) {
		return problem.New(problem.Invalid, "Names that begin with %s are the platform's own. Choose another name than %s.", reservedPrefix, name)
	}

	if len(value) > maxVariableBytes {
		return problem.New(problem.Invalid, "The value of %s has %d bytes, and %d are allowed. Put it into a file or a store that the app reads.",
			name, len(value), maxVariableBytes)
	}

	return nil
}
