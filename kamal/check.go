package kamal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check returns what is wrong with a value, with the place at which it stands in front.
type check func(at string, value any) []string

func wrong(at, what string) []string { return []string{strings.TrimPrefix(at, "/") + ": " + what} }

// text takes what Kamal takes for a string: numbers and booleans, too.
func text(at string, value any) []string {
	switch value.(type) {
	case string, int, float64, bool:
		return nil
	default:
		return wrong(at, "should be a string")
	}
}

func number(at string, value any) []string {
	if _, ok := value.(int); !ok {
		return wrong(at, "should be an integer")
	}

	return nil
}

func truth(at string, value any) []string {
	if _, ok := value.(bool); !ok {
		return wrong(at, "should be a boolean")
	}

	return nil
}

// anything takes a map of whatever Docker or another program takes.
func anything(at string, value any) []string {
	if _, ok := value.(map[string]any); !ok {
		return wrong(at, "should be a hash")
	}

	return nil
}

func listOf(item check) check {
	return func(at string, value any) []string {
		list, ok := value.([]any)
		if !ok {
			return wrong(at, "should be an array")
		}

		var complaints []string
		for i, inner := range list {
			complaints = append(complaints, item(fmt.Sprintf("%s/%d", at, i), inner)...)
		}

		return complaints
	}
}

func mapOf(item check) check {
	return func(at string, value any) []string {
		found, ok := value.(map[string]any)
		if !ok {
			return wrong(at, "should be a hash")
		}

		var complaints []string
		for _, key := range slices.Sorted(maps.Keys(found)) {
			complaints = append(complaints, item(at+"/"+key, found[key])...)
		}

		return complaints
	}
}

// either takes what one of the checks takes. The complaints are those of the last.
func either(checks ...check) check {
	return func(at string, value any) []string {
		var complaints []string

		for _, one := range checks {
			if complaints = one(at, value); len(complaints) == 0 {
				return nil
			}
		}

		return complaints
	}
}

// fields takes a map with these keys alone.
func fields(known map[string]check, more ...func(at string, found map[string]any) []string) check {
	return func(at string, value any) []string {
		found, ok := value.(map[string]any)
		if !ok {
			return wrong(at, "should be a hash")
		}

		var complaints []string

		for _, key := range slices.Sorted(maps.Keys(found)) {
			inner, ok := known[key]

			switch {
			case ok:
				complaints = append(complaints, inner(at+"/"+key, found[key])...)
			case at == "" && strings.HasPrefix(key, "x-"):
			default:
				complaints = append(complaints, wrong(at, "unknown key: "+key)...)
			}
		}

		for _, rule := range more {
			complaints = append(complaints, rule(at, found)...)
		}

		return complaints
	}
}
