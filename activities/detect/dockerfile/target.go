package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// upTo returns the stages down to the one that becomes the image. As for BuildKit, target is the name of a stage or its number.
func upTo(name string, stages []instructions.Stage, target string) ([]instructions.Stage, error) {
	if target == "" {
		return stages, nil
	}

	index := slices.IndexFunc(stages, func(stage instructions.Stage) bool { return strings.EqualFold(stage.Name, target) })
	if number, err := strconv.Atoi(target); index < 0 && err == nil && number < len(stages) {
		index = number
	}

	if index >= 0 {
		return stages[:index+1], nil
	}

	named := lo.FilterMap(stages, func(stage instructions.Stage, _ int) (string, bool) { return stage.Name, stage.Name != "" })
	if len(named) == 0 {
		return nil, problem.New(problem.Invalid,
			"%s has no stage %q, which the project's settings ask for: none of its stages has a name. Name one, as in FROM node AS %s, or take the setting back.",
			name, target, target)
	}

	return nil, problem.New(problem.Invalid, "%s has no stage %q, which the project's settings ask for. It has %s.", name, target, strings.Join(named, ", "))
}
