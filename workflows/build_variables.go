package workflows

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/database"
)

// seenByBuild returns the names, in alphabetical order, of the environment variables that may be part of an image: those that its plan names, those
// that are public by their name and so decide by their being there what the plan names, the project's build variables, and PORT, which the plan holds.
func seenByBuild(project database.Project, plan buildplan.Plan, environments ...map[string]string) []string {
	names := slices.Concat(plan.Arguments, plan.Secrets, project.BuildVariables, []string{"PORT"})

	for _, variables := range environments {
		names = append(names, lo.Filter(lo.Keys(variables), func(name string, _ int) bool { return buildplan.IsPublicName(name) })...)
	}

	slices.Sort(names)

	return slices.Compact(names)
}

// VisibleToBuild returns a function that tells of the name of an environment variable whether builds of the project may see its value. The plan is that
// of a deployment; empty: none was made yet.
func VisibleToBuild(project database.Project, planned json.RawMessage) (func(name string) bool, error) {
	var plan buildplan.Plan

	if len(planned) > 0 {
		if err := json.Unmarshal(planned, &plan); err != nil {
			return nil, fmt.Errorf("decode the build plan: %w", err)
		}
	}

	named := seenByBuild(project, plan)

	return func(name string) bool { return buildplan.IsPublicName(name) || slices.Contains(named, name) }, nil
}
