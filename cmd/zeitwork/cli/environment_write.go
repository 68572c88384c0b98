package cli

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zeitwork/zeitwork/client"
)

// variableName is what the names of environment variables look like, in the API as in shells.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkVariables returns an error for what the platform could not take, or would take otherwise than it was meant.
func checkVariables(variables []variable) error {
	for _, v := range variables {
		if !variableName.MatchString(v.name) {
			return UsageError(fmt.Errorf("%q is not the name of a variable: letters, digits and _ make one, and no digit is its first. Nothing was written", v.name))
		}

		if !utf8.ValidString(v.value) {
			return UsageError(fmt.Errorf("the value of %s is not UTF-8: encode it, for example as base64. Nothing was written", v.name))
		}
	}

	return nil
}

// writeVariables writes variables of a project. All of them are looked at before the first is written.
func (a *app) writeVariables(ctx context.Context, api *API, project *client.Project, variables []variable) error {
	if err := checkVariables(variables); err != nil {
		return err
	}

	scope, err := a.scope()
	if err != nil {
		return err
	}

	written := make([]client.EnvironmentVariable, 0, len(variables))
	names := make([]string, 0, len(variables))

	for _, v := range variables {
		answer, err := checked(api.SetEnvironmentVariableWithResponse(ctx, project.ID, v.name, &client.SetEnvironmentVariableParams{
			Scope: new(client.SetEnvironmentVariableParamsScope(scope)),
		}, client.SetEnvironmentVariableInputBody{Value: v.value}))
		if err != nil {
			if len(names) > 0 {
				a.sayf("Wrote %s before the error.", strings.Join(names, ", "))
			}

			return fmt.Errorf("%s: %w", v.name, err)
		}

		written, names = append(written, *answer.JSON200), append(names, v.name)
	}

	return a.print(oneOrList(written), func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "Wrote %s of %s. The next deployment sees it.\n", strings.Join(names, ", "), project.Slug)
	})
}

// oneOrList is the shape of an answer about one thing where there is one.
func oneOrList[T any](list []T) any {
	if len(list) == 1 {
		return list[0]
	}

	return items(list)
}
