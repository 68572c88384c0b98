package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Choose returns those of all whose names are listed with commas between, or all where the list is empty. A name that none has is an error.
func Choose[T any](all []T, list string, name func(T) string) ([]T, error) {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
	if len(names) == 0 {
		return all, nil
	}

	known := lo.Map(all, func(one T, _ int) string { return name(one) })
	if unknown := lo.Without(names, known...); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no %q: choose from %q", unknown, known)
	}

	return lo.Filter(all, func(one T, _ int) bool { return slices.Contains(names, name(one)) }), nil
}
