package detect

import (
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

var viteBuildDirectory = regexp.MustCompile(`\bbuildDirectory\s*:\s*['"]([A-Za-z0-9_./-]+)['"]`)

// laravelAssets are what Vite builds for the pages.
type laravelAssets struct {
	project *nodeProject
	// directory is where they are built to.
	directory string
	// withPHP says that the build asks the app for its routes.
	withPHP bool
}

func openLaravelAssets(app source, settings Settings) (*laravelAssets, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || strings.TrimSpace(read.Scripts["build"]) == "" || !read.depends("vite") && !read.depends("laravel-vite-plugin") {
		return nil, err
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return nil, err
	}

	if project.app.directory != "." {
		return nil, problem.New(problem.Invalid, "The package.json of the Laravel app is part of a workspace above it, which the app cannot be built in. "+
			"Take it out of the workspace and commit a lockfile beside it, or bring a Dockerfile.")
	}

	directory := "build"
	if match := viteBuildDirectory.FindStringSubmatch(readConfig(app, "vite.config")); match != nil {
		directory = match[1]
	}

	return &laravelAssets{
		project: project, directory: path.Join("public", directory), withPHP: read.depends("@laravel/vite-plugin-wayfinder"),
	}, nil
}

func (a *laravelAssets) reason() string {
	return "Its assets are built with Vite. " + a.project.nodeReason()
}

// complete adds what the build of the assets needs.
func (a *laravelAssets) complete(plan *Plan, dockerfile *laravelDockerfile) error {
	plan.Versions["node"] = a.project.node.version
	plan.Arguments = a.project.publicVariables("VITE_")
	maps.Copy(plan.Missing, a.project.missing())

	node, err := a.project.dockerfile(plan, dockerfile.What)
	if err != nil {
		return err
	}

	dockerfile.Node, dockerfile.WithPHP, dockerfile.Assets = node, a.withPHP, a.directory

	return nil
}
