package api

import (
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const maxVariableName = 255

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkBuild refuses a release command with NUL, which no process can be given, and names that no environment variable can have.
func checkBuild(releaseCommand *string, buildVariables []string) error {
	if strings.ContainsRune(lo.FromPtr(releaseCommand), 0) {
		return problem.New(problem.Invalid, "The release command must not hold NUL.")
	}

	for _, name := range buildVariables {
		if len(name) > maxVariableName || !variableName.MatchString(name) {
			return problem.New(problem.Invalid,
				"%q cannot be the name of a build variable. Give names of environment variables, such as NPM_TOKEN: letters, digits and underscores.", name)
		}

		if strings.HasPrefix(strings.ToUpper(name), "BUILDKIT_") {
			return problem.New(problem.Invalid, "Names that begin with BUILDKIT_ are BuildKit's own. Choose another name than %s.", name)
		}
	}

	return nil
}
