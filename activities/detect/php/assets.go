package php

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
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

// readVite reads Vite's configuration, which may stand where the build script says.
func readVite(tree source.Tree, read packagejson.Manifest, settings buildplan.Settings) jsconfig.Config {
	command, found := project.Scripts(tree, read).Script("build").Find(func(command npmscript.Command) bool { return command.Is("vite", "build") })
	name, mode := "vite.config", "production"

	if found {
		if named, ok := command.Option("--config", "-c"); ok {
			name = path.Clean(named)
		}

		if named, ok := command.Option("--mode", "-m"); ok {
			mode = named
		}
	}

	return project.ReadConfig(tree, ".", name, project.ConfigSettings{Settings: settings, Environment: command.Environment},
		jsconfig.Object(map[string]string{"command": "build", "mode": mode}))
}

// viteDirectory is the directory that Vite builds to: what its own option says, else what Laravel's plugin has it do. Where that depends on what is not
// known it is all of public.
func viteDirectory(config jsconfig.Config) string {
	directory, plugins := config.At("build", "outDir"), config.At("plugins")
	if config.IsUnknown() || directory.IsUnknown() {
		return publicDirectory
	}

	if text, ok := directory.Text(); ok {
		return belowPublic(text)
	}

	directory = jsconfig.Text("build")
	isKnown := !plugins.IsUnknown()

	for _, plugin := range plugins.Items() {
		isKnown = isKnown && (plugin.Module() != "" || !plugin.IsUnknown())

		if plugin.Module() == laravelVite {
			options := plugin.Argument(0)
			if _, isText := options.Text(); isText || options.Items() != nil {
				break // Only the files to build are named.
			}

			isKnown = !options.IsUnknown() && (options.At("publicDirectory").IsUnset() || options.At("publicDirectory").TextOr("") == publicDirectory)

			if directory = options.At("buildDirectory"); directory.IsUnset() {
				directory = jsconfig.Text("build")
			}

			break
		}
	}

	if text, ok := directory.Text(); ok && isKnown {
		return belowPublic(path.Join(publicDirectory, text))
	}

	return publicDirectory
}

// laravelVite is Laravel's plugin for Vite.
const laravelVite = "laravel-vite-plugin"

// belowPublic is a directory that browsers get something from, or all of public in place of any other.
func belowPublic(directory string) string {
	directory = path.Clean(directory)
	if !strings.HasPrefix(directory, publicDirectory+"/") || !buildplan.PlainPath.MatchString(directory) {
		return publicDirectory
	}

	return directory
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
