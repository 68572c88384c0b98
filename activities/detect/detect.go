package detect

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/activities/detect/node"
	"github.com/zeitwork/zeitwork/activities/detect/php"
	"github.com/zeitwork/zeitwork/activities/detect/ruby"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// detector knows one way in which sources are built.
type detector struct {
	// lookedFor names what the detector looks for, in the error for a source that no detector takes.
	lookedFor string
	// detect returns false for a source that is not of its kind, and an error of the user's for one that is but cannot be built.
	detect func(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error)
}

// detectors are asked in this order. The first that takes the source makes the plan.
func detectors(settings buildplan.Settings) []detector {
	return []detector{
		{dockerfile.Name(settings), dockerfile.Detect},
		{php.LookedFor, php.Detect},
		{ruby.LookedFor, ruby.Detect},
		{node.NuxtLookedFor, node.DetectNuxt},
		{node.NextJSLookedFor, node.DetectNextJS},
		{node.SiteLookedFor, node.DetectSite},
		{node.ServerLookedFor, node.DetectServer},
		{static.LookedFor, static.Detect},
	}
}

// Detect returns the build plan of the source in a directory. The plan depends on the files and the settings alone. The errors are the user's,
// unless the directory cannot be read.
func Detect(directory string, settings buildplan.Settings) (buildplan.Plan, error) {
	if settings.BaseImages == nil {
		settings.BaseImages = buildplan.DefaultBaseImages()
	}

	tree, err := source.Open(directory, settings.RootDirectory)
	if err != nil {
		return buildplan.Plan{}, err
	}
	defer tree.Close()

	for _, known := range detectors(settings) {
		plan, ok, err := known.detect(tree, settings)
		if err != nil || ok {
			return plan, err
		}
	}

	lookedFor := lo.Map(detectors(settings), func(known detector, _ int) string { return known.lookedFor })

	return buildplan.Plan{}, problem.New(problem.Invalid, "Nothing in %s says how to build it: there is no %s. %s",
		rootDirectoryInWords(settings.RootDirectory), strings.Join(lookedFor, ", no "), adviceOn(tree))
}

func rootDirectoryInWords(rootDirectory string) string {
	if rootDirectory == "" || rootDirectory == "." {
		return "the repository"
	}

	return fmt.Sprintf("the directory %q of the repository", rootDirectory)
}
