package project

import (
	"slices"
	"strings"

	"github.com/samber/lo"
)

// PublicVariables are the project's that a framework puts into what browsers get.
func (p *Project) PublicVariables(prefixes ...string) []string {
	known := append(slices.Clone(p.settings.Variables), p.settings.BuildVariables...)
	names := lo.Filter(known, func(name string, _ int) bool {
		return lo.SomeBy(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	slices.Sort(names)

	return slices.Compact(names)
}

// buildSecrets are the variables that the build command sees and the image does not keep.
func (p *Project) buildSecrets(public []string) []string {
	names := lo.Without(p.settings.BuildVariables, public...)
	slices.Sort(names)

	return slices.Compact(names)
}
