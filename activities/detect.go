package activities

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// detector knows one way in which sources are built.
type detector struct {
	// lookedFor names what the detector looks for, for the user whose source has none of it.
	lookedFor func(settings DetectSettings) string
	// detect returns false where the source is not of its kind, and an error where it is but cannot be built.
	detect func(source *os.Root, settings DetectSettings) (BuildPlan, bool, error)
}

// detectors are asked in this order; the first that knows the source makes the plan.
func detectors() []detector {
	return []detector{
		{dockerfileName, detectDockerfile},
	}
}

// Detect returns the build plan of the source in that directory. It is a function of the files and the settings alone.
// Its errors are the user's, unless the directory cannot be read.
func Detect(directory string, settings DetectSettings) (BuildPlan, error) {
	source, err := openRootDirectory(directory, settings.RootDirectory)
	if err != nil {
		return BuildPlan{}, err
	}
	defer func() { _ = source.Close() }()

	for _, known := range detectors() {
		plan, ok, err := known.detect(source, settings)
		if err != nil || ok {
			return plan, err
		}
	}

	lookedFor := lo.Map(detectors(), func(known detector, _ int) string { return known.lookedFor(settings) })

	return BuildPlan{}, problem.New(problem.Invalid, "Nothing in %s says how to build it: there is no %s. %s",
		rootDirectoryInWords(settings.RootDirectory), strings.Join(lookedFor, ", no "), adviceOn(source))
}

// adviceOn tells where a Dockerfile does stand.
func adviceOn(source *os.Root) string {
	for _, pattern := range []string{"*/Dockerfile", "*/*/Dockerfile"} {
		if found, err := fs.Glob(source.FS(), pattern); err == nil && len(found) > 0 {
			return fmt.Sprintf("There is a Dockerfile in %s: set the project's root directory to that, or add one here.", path.Dir(found[0]))
		}
	}

	return "Add a Dockerfile, or set the project's root directory to where it stands."
}

// openRootDirectory opens a directory of the source for reading that cannot lead out of it.
func openRootDirectory(directory, rootDirectory string) (*os.Root, error) {
	top, err := os.OpenRoot(directory)
	if err != nil {
		return nil, fmt.Errorf("open the source: %w", err)
	}
	defer func() { _ = top.Close() }()

	if rootDirectory == "" {
		rootDirectory = "."
	}

	if !filepath.IsLocal(filepath.FromSlash(rootDirectory)) {
		return nil, problem.New(problem.Invalid,
			"The root directory %q leads out of the repository. Give a path inside of it, such as apps/web.", rootDirectory)
	}

	root, err := top.OpenRoot(filepath.FromSlash(rootDirectory))

	switch {
	case err == nil:
		return root, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem.Wrap(err, problem.Invalid,
			"The repository has no directory %q. Correct the root directory in the project's settings.", rootDirectory)
	default:
		// Also a symbolic link that leads out, for which os.Root has no error of its own.
		return nil, problem.Wrap(err, problem.Invalid,
			"The root directory %q is not a directory inside the repository. Correct it in the project's settings.", rootDirectory)
	}
}

func rootDirectoryInWords(rootDirectory string) string {
	if rootDirectory == "" || rootDirectory == "." {
		return "the repository"
	}

	return fmt.Sprintf("the directory %q of the repository", rootDirectory)
}
