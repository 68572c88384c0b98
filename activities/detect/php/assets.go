package php

import (
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// viteBuildDirectory matches the option of Laravel's plugin for Vite that names the directory, below public, to build to.
var viteBuildDirectory = regexp.MustCompile(`\bbuildDirectory\s*:\s*['"]([A-Za-z0-9_./-]+)['"]`)

// laravelAssets are the scripts and styles that Vite builds for the app's pages.
type laravelAssets struct {
	app *project.Project
	// directory is the one that they are built to.
	directory string
	// withPHP says that the build runs the app, to ask it for its routes.
	withPHP bool
}

// openLaravelAssets is nil where no package.json has a build by Vite.
func openLaravelAssets(tree source.Tree, settings buildplan.Settings) (*laravelAssets, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil || !ok || strings.TrimSpace(read.Scripts["build"]) == "" || !read.Depends("vite") && !read.Depends("laravel-vite-plugin") {
		return nil, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return nil, err
	}

	if app.InWorkspace() {
		return nil, problem.New(problem.Invalid, "The package.json of the Laravel app is part of a workspace above it, which the app cannot be built in. "+
			"Take it out of the workspace and commit a lockfile beside it, or bring a Dockerfile.")
	}

	directory := "build"
	if match := viteBuildDirectory.FindStringSubmatch(project.ReadConfig(tree, "vite.config")); match != nil {
		directory = match[1]
	}

	return &laravelAssets{
		app: app, directory: path.Join("public", directory), withPHP: read.Depends("@laravel/vite-plugin-wayfinder"),
	}, nil
}

// reason is the part of the plan's Reason that is about the assets.
func (a *laravelAssets) reason() string {
	return "Its assets are built with Vite. " + a.app.NodeReason()
}

// complete adds what the build of the assets needs to the plan and to the Dockerfile.
func (a *laravelAssets) complete(plan *buildplan.Plan, dockerfile *laravelDockerfile) error {
	plan.Versions["node"] = a.app.Node.Line
	plan.Arguments = a.app.PublicVariables("VITE_")
	maps.Copy(plan.Missing, a.app.Missing())

	node, err := a.app.Dockerfile(plan, dockerfile.What)
	if err != nil {
		return err
	}

	dockerfile.Node, dockerfile.WithPHP, dockerfile.Assets = node, a.withPHP, a.directory

	return nil
}
