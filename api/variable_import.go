package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// maxImportBytes bounds the body of an import: 1 MiB of values, and what JSON adds to escape them.
const maxImportBytes = 8 << 20

//nolint:lll // One text a line.
func (s *service) registerVariableImport(api huma.API, path string) {
	op := also(operation(tagEnvironment, developerOf(projectSubject()), http.MethodPatch, http.StatusOK, "import-environment-variables", path, text{
		"Write many variables", "Writes and deletes many environment variables of one scope at once, such as those of a .env file: all of it or, where one is refused, nothing. Those that are not named stay. The next deployment sees it; the audit log has the names.",
	}), http.StatusConflict)
	op.MaxBodyBytes = maxImportBytes

	huma.Register(api, op, s.importEnvironmentVariables)
}

func (s *service) importEnvironmentVariables(ctx context.Context, input *ImportEnvironmentVariablesInput) (*ImportEnvironmentVariablesOutput, error) {
	if err := checkImport(input); err != nil {
		return nil, err
	}

	output := &ImportEnvironmentVariablesOutput{}

	return output, s.inTx(ctx, func(queries *database.Queries) error {
		// As in setEnvironmentVariable.
		project, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if output.Body.Deleted, err = deleteVariables(ctx, queries, input); err != nil {
			return err
		}

		before, err := queries.ListEnvironmentVariables(ctx, database.ListEnvironmentVariablesParams{
			ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), Scope: input.Body.Scope, MaxRows: maxVariables,
		})
		if err != nil {
			return err
		}

		for _, variable := range input.Body.Set {
			if err := s.importVariable(ctx, queries, project, input.Body.Scope, variable); err != nil {
				return err
			}
		}

		if err := checkWholeEnvironment(ctx, queries, project); err != nil {
			return err
		}

		there := lo.Map(before, func(r database.ListEnvironmentVariablesRow, _ int) string { return r.Name })
		names := lo.Map(input.Body.Set, func(v VariableValue, _ int) string { return v.Name })
		slices.Sort(names)

		output.Body.Replaced, output.Body.Created = lo.FilterReject(names, func(name string, _ int) bool { return slices.Contains(there, name) })

		return audit(ctx, queries, projectEvent("environment_variable.import", input.ProjectID, map[string]any{
			"scope": input.Body.Scope, "created": output.Body.Created, "replaced": output.Body.Replaced, "deleted": output.Body.Deleted,
		}))
	})
}

// checkImport refuses an import that is about one variable twice.
func checkImport(input *ImportEnvironmentVariablesInput) error {
	names := lo.Map(input.Body.Set, func(v VariableValue, _ int) string { return v.Name })

	if twice := lo.FindDuplicates(append(names, lo.Uniq(input.Body.Delete)...)); len(twice) > 0 {
		return problem.New(problem.Invalid, "%s is named twice. Say once what is to become of it.", twice[0])
	}

	if len(input.Body.Set)+len(input.Body.Delete) == 0 {
		return problem.New(problem.Invalid, "There is nothing to write and nothing to delete. Name a variable.")
	}

	return nil
}

func (s *service) importVariable(
	ctx context.Context, queries *database.Queries, project database.Project, scope string, variable VariableValue,
) error {
	if err := checkVariable(project, variable.Name, variable.Value); err != nil {
		return err
	}

	one := &SetEnvironmentVariableInput{EnvironmentVariablePath: EnvironmentVariablePath{
		ProjectPath: ProjectPath{ProjectID: project.ID}, Name: variable.Name, Scope: scope,
	}}
	one.Body.Value = variable.Value

	_, err := s.storeVariable(ctx, queries, project, one)

	return err
}

// deleteVariables deletes what an import names, and returns the names of those that were there.
func deleteVariables(ctx context.Context, queries *database.Queries, input *ImportEnvironmentVariablesInput) ([]string, error) {
	deleted := []string{}

	for _, name := range lo.Uniq(input.Body.Delete) {
		count, err := queries.DeleteEnvironmentVariable(ctx, database.DeleteEnvironmentVariableParams{
			ProjectID: input.ProjectID, Name: name, Scope: input.Body.Scope, OrganisationID: organisationOf(ctx),
		})
		if err != nil {
			return nil, err
		}

		if count > 0 {
			deleted = append(deleted, name)
		}
	}

	slices.Sort(deleted)

	return deleted, nil
}

// checkWholeEnvironment refuses what an import has made where the project has too many variables by it, or more than a process can be given.
func checkWholeEnvironment(ctx context.Context, queries *database.Queries, project database.Project) error {
	size, err := queries.SizeOfAllVariables(ctx, project.ID, project.OrganisationID)
	if err != nil {
		return err
	}

	if size.Variables > maxVariables {
		return problem.New(problem.Conflict, "The project would have %d environment variables, and it can have %d. Leave some out.", size.Variables, maxVariables)
	}

	if bytes := size.Bytes - size.Variables*secret.SealedOverhead; bytes > maxEnvironmentBytes {
		return problem.New(problem.Conflict, "The environment variables of the project would have %d bytes, and a process can be given %d of them. "+
			"Leave some out, or put large values into a file or a store that the app reads.", bytes, maxEnvironmentBytes)
	}

	return nil
}
