package detect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// detector knows one way in which sources are built.
type detector struct {
	// lookedFor is what a source must have, for the user whose source has none of it.
	lookedFor string
	// detect returns false where the source is not of its kind, and an error where it is but cannot be built.
	detect func(app source, settings Settings) (Plan, bool, error)
}

// detectors are asked in this order; the first that knows the source makes the plan.
func detectors(settings Settings) []detector {
	return []detector{
		{dockerfileName(settings), detectDockerfile},
		{laravelLookedFor, detectLaravel},
		{railsLookedFor, detectRails},
		{nuxtLookedFor, detectNuxt},
		{nextjsLookedFor, detectNextJS},
		{siteLookedFor, detectSite},
		{serverLookedFor, detectServer},
		{staticLookedFor, detectStatic},
	}
}

// Detect returns the build plan of the source in that directory. It is a function of the files and the settings alone.
// Its errors are the user's, unless the directory cannot be read.
func Detect(directory string, settings Settings) (Plan, error) {
	if settings.BaseImages == nil {
		settings.BaseImages = DefaultBaseImages()
	}

	app, err := openSource(directory, settings.RootDirectory)
	if err != nil {
		return Plan{}, err
	}
	defer app.close()

	for _, known := range detectors(settings) {
		plan, ok, err := known.detect(app, settings)
		if err != nil || ok {
			return plan, err
		}
	}

	lookedFor := lo.Map(detectors(settings), func(known detector, _ int) string { return known.lookedFor })

	return Plan{}, problem.New(problem.Invalid, "Nothing in %s says how to build it: there is no %s. %s",
		rootDirectoryInWords(settings.RootDirectory), strings.Join(lookedFor, ", no "), adviceOn(app))
}

// adviceOn says what to do about a source that no detector takes.
func adviceOn(app source) string {
	return cmp.Or(dockerfileAdvice(app), nodeAdvice(app), "Add a Dockerfile, or set the project's root directory to where it stands.")
}

func rootDirectoryInWords(rootDirectory string) string {
	if rootDirectory == "" || rootDirectory == "." {
		return "the repository"
	}

	return fmt.Sprintf("the directory %q of the repository", rootDirectory)
}
