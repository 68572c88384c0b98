package php

import (
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

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
