package fakegithub

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// execution is one query that is being answered.
type execution struct {
	*call

	demand    demand
	variables map[string]any
	cost      int
	nodes     int
	errors    []graphQLError
}

// resolver returns the value of a field: null, a text, a number, a boolean, a node, or a list of these.
type resolver func(arguments map[string]any, path []any) any

// node is an object of the graph.
type node struct {
	typename string
	fields   map[string]resolver
}

// is returns a resolver for a value that takes no arguments.
func is(value any) resolver { return func(map[string]any, []any) any { return value } }

// selected returns what a selection asks of a node.
func (e *execution) selected(selections ast.SelectionSet, of *node, path []any) object {
	answered := object{}

	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			e.field(answered, selection, of, append(slices.Clone(path), selection.Alias))
		case *ast.InlineFragment:
			if applies(selection.TypeCondition, of) {
				e.merge(answered, selection.SelectionSet, of, path)
			}
		case *ast.FragmentSpread:
			if applies(selection.Definition.TypeCondition, of) {
				e.merge(answered, selection.Definition.SelectionSet, of, path)
			}
		}
	}

	return answered
}

func (e *execution) merge(into object, selections ast.SelectionSet, of *node, path []any) {
	maps.Copy(into, e.selected(selections, of, path))
}

// applies tells whether a fragment for a type is for a node.
func applies(condition string, of *node) bool {
	return condition == "" || condition == of.typename ||
		slices.ContainsFunc(schema.PossibleTypes[condition], func(d *ast.Definition) bool { return d.Name == of.typename })
}

func (e *execution) field(into object, field *ast.Field, of *node, path []any) {
	if field.Name == "__typename" {
		into[field.Alias] = of.typename

		return
	}

	into[field.Alias] = e.value(of.fields[field.Name](field.ArgumentMap(e.variables), path), field, path)
}

// value completes what a resolver has returned with what is selected of it.
func (e *execution) value(value any, field *ast.Field, path []any) any {
	switch value := value.(type) {
	case *node:
		if value == nil {
			return nil
		}

		return e.selected(field.SelectionSet, value, path)
	case []*node:
		all := make([]any, len(value))
		for n, one := range value {
			all[n] = e.value(one, field, append(slices.Clone(path), n))
		}

		return all
	default:
		return value
	}
}

func (e *execution) fail(kind, message string, path []any) {
	e.errors = append(e.errors, graphQLError{Type: kind, Message: message, Path: path})
}
