package php

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// publicDirectory is where Laravel has what browsers get.
const publicDirectory = "public"

// laravelAssets are the scripts and styles that Vite or Mix builds for the app's pages.
type laravelAssets struct {
	app *project.Project
	// builder is the name of what builds them.
	builder string
	// script is the script of package.json that builds them.
	script string
	// directory is the one that they are built to.
	directory string
	// withPHP says that the build runs the app, to ask it for its routes.
	withPHP bool
}

// openLaravelAssets is nil where no package.json has a build by Vite or Mix.
func openLaravelAssets(tree source.Tree, settings buildplan.Settings) (*laravelAssets, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil || !ok {
		return nil, err
	}

	assets := builtBy(tree, read, settings)
	if assets == nil {
		return nil, nil //nolint:nilnil // No assets are none.
	}

	if assets.app, err = project.Open(tree, settings, read); err != nil {
		return nil, err
	}

	if assets.app.InstalledApart() {
		return nil, problem.New(problem.Invalid, "The package.json of the Laravel app depends on directories outside of it, which the app cannot be built with. "+
			"Move them into the app, or bring a Dockerfile.")
	}

	if assets.app.InWorkspace() {
		return nil, problem.New(problem.Invalid, "The package.json of the Laravel app is part of a workspace above it, which the app cannot be built in. "+
			"Take it out of the workspace and commit a lockfile beside it, or bring a Dockerfile.")
	}

	return assets, nil
}

// builtBy says what builds the assets, and how; nil where nothing does.
func builtBy(tree source.Tree, read packagejson.Manifest, settings buildplan.Settings) *laravelAssets {
	has := func(script string) bool { return strings.TrimSpace(read.Scripts[script]) != "" }

	switch {
	case has("build") && (read.Depends("vite") || read.Depends(laravelVite)):
		config := readVite(tree, read, settings)
		asks := lo.SomeBy(config.Texts, func(text string) bool { return strings.Contains(text, artisan) })

		return &laravelAssets{
			builder: "Vite", script: "build", directory: viteDirectory(config),
			withPHP: read.Depends("@laravel/vite-plugin-wayfinder") || asks || runsPHP(tree, read, "build"),
		}
	case read.Depends("laravel-mix"):
		script, found := lo.Find([]string{"build", "production", "prod"}, has)
		if !found {
			return nil
		}

		// Mix writes to several places below public.
		return &laravelAssets{builder: "Mix", script: script, directory: publicDirectory, withPHP: runsPHP(tree, read, script)}
	default:
		return nil
	}
}

// runsPHP tells whether a script runs PHP, itself or by other scripts.
func runsPHP(tree source.Tree, read packagejson.Manifest, script string) bool {
	return lo.SomeBy(project.Scripts(tree, read).Script(script).Commands, func(command npmscript.Command) bool {
		return slices.Contains([]string{"php", artisan, "composer"}, command.Program())
	})
}

// reason is the part of the plan's Reason that is about the assets.
func (a *laravelAssets) reason() string {
	with := ""
	if a.withPHP {
		with = ", with PHP beside, which the build asks"
	}

	return "Its assets are built with " + a.builder + with + ". " + a.app.NodeReason()
}

// complete adds what the build of the assets needs to the plan and to the Dockerfile.
func (a *laravelAssets) complete(plan *buildplan.Plan, dockerfile *laravelDockerfile) error {
	plan.Versions["node"] = a.app.Node.Version
	plan.Arguments = a.app.PublicVariables("VITE_", "MIX_")
	maps.Copy(plan.Missing, a.app.Missing())

	node, err := a.app.Dockerfile(plan, dockerfile.What)
	if err != nil {
		return err
	}

	if major, _, _ := strings.Cut(a.app.VersionOf("laravel-mix"), "."); a.builder == "Mix" && lo.Contains([]string{"4", "5"}, major) {
		// They run webpack 4, which asks for what Node has only when told so.
		node.BuildEnvironment = append(node.BuildEnvironment, "NODE_OPTIONS=--openssl-legacy-provider")
	}

	node.Build = cmp.Or(lo.Ternary(a.script == "build", node.Build, ""), a.app.Manager.Run(a.script))
	dockerfile.Node, dockerfile.WithPHP, dockerfile.Assets = node, a.withPHP, a.directory

	return nil
}
