package fakegithub

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

const (
	// costDivisor turns the requests that a query stands for into points.
	costDivisor = 100
	// mostNodes is how many nodes a query may ask for, mostIDs how many ids, and largestFirst how long a page of a connection is.
	mostNodes    = 500_000
	mostIDs      = 100
	largestFirst = 100
)

func variablesOf(operation *ast.OperationDefinition, sent map[string]any) (map[string]any, error) {
	return validator.VariableValues(schema, operation, sent)
}

// estimate returns the points and the nodes of a query as GitHub documents it: each connection is one request for each of the nodes above it, and a
// hundred requests are a point.
func estimate(selections ast.SelectionSet, variables map[string]any) (points, nodes int) {
	requests := 0

	var walk func(selections ast.SelectionSet, above int)

	walk = func(selections ast.SelectionSet, above int) {
		for _, field := range fieldsOf(selections) {
			below := above
			arguments := field.ArgumentMap(variables)

			switch {
			case isConnection(field):
				requests += above
				below = above * pageSize(arguments)
				nodes += below
			case field.Name == "nodes" && field.ObjectDefinition.Name == "Query":
				ids, _ := arguments["ids"].([]any)
				below = above * len(ids)
				nodes += below
			}

			walk(field.SelectionSet, below)
		}
	}

	walk(selections, 1)

	return max((requests+costDivisor/2)/costDivisor, 1), nodes
}

func isConnection(field *ast.Field) bool {
	return strings.HasSuffix(field.Definition.Type.Name(), "Connection")
}

// pageSize is how many nodes of a connection are asked for.
func pageSize(arguments map[string]any) int {
	for _, name := range []string{"first", "last"} {
		if size, isNumber := number(arguments[name]); isNumber {
			return size
		}
	}

	return 0
}

func number(value any) (int, bool) {
	switch value := value.(type) {
	case int64:
		return int(value), true
	case int:
		return value, true
	case float64:
		return int(value), true
	default:
		return 0, false
	}
}

// complainAbout returns what GitHub has against a query that its schema allows.
func complainAbout(selections ast.SelectionSet, variables map[string]any) *graphQLError {
	for _, field := range fieldsOf(selections) {
		arguments := field.ArgumentMap(variables)
		size := pageSize(arguments)

		switch ids, _ := arguments["ids"].([]any); {
		case len(ids) > mostIDs:
			return &graphQLError{
				Type: "ARGUMENT_LIMIT", Message: fmt.Sprintf("You may not provide more than %d node ids; you provided %d.", mostIDs, len(ids)),
			}
		case isConnection(field) && size == 0:
			return &graphQLError{
				Type:    "MISSING_PAGINATION_BOUNDARIES",
				Message: fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", field.Name),
			}
		case isConnection(field) && size > largestFirst:
			return &graphQLError{
				Type:    "EXCESSIVE_PAGINATION",
				Message: fmt.Sprintf("Requesting %d records on the `%s` connection exceeds the `first` limit of %d records.", size, field.Name, largestFirst),
			}
		}

		if complaint := complainAbout(field.SelectionSet, variables); complaint != nil {
			return complaint
		}
	}

	return nil
}

// fieldsOf returns the fields of a selection, those of its fragments too.
func fieldsOf(selections ast.SelectionSet) []*ast.Field {
	var all []*ast.Field

	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			all = append(all, selection)
		case *ast.InlineFragment:
			all = append(all, fieldsOf(selection.SelectionSet)...)
		case *ast.FragmentSpread:
			all = append(all, fieldsOf(selection.Definition.SelectionSet)...)
		}
	}

	return all
}
