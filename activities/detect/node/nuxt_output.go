package node

import (
	"path"
	"slices"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Presets of Nitro.
var (
	// nuxtServers are those whose output Node starts.
	nuxtServers = []string{"node", "node-server", "node_server", "node-cluster", "node_cluster"}
	// nuxtSites are those whose output is a site of files.
	nuxtSites = []string{"static", "github-pages", "github_pages", "gitlab-pages", "gitlab_pages"}
)

// nuxtFallback is the page that Nuxt makes for addresses that only the browser knows.
const nuxtFallback = "200.html"

// readNuxt reads what the build of an app by Nuxt is told. Its errors are the user's.
func readNuxt(tree source.Tree, settings buildplan.Settings, app *project.Project) (preset string, isStatic bool, config jsconfig.Config, err error) {
	command, _ := app.Build().Find(func(command npmscript.Command) bool { return command.Is("nuxt") || command.Is("nuxi") })
	config = project.ReadConfig(tree, ".", "nuxt.config", project.ConfigSettings{Settings: settings, Environment: command.Environment})
	preset, isStatic, err = nuxtOutput(command, config)

	return preset, isStatic, config, err
}

// nuxtSite is the site of an app that is generated.
func nuxtSite(config jsconfig.Config, port int) static.Site {
	site := static.Site{
		Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: hashedByNuxt, Port: port, Base: cleanBase(config.At("app", "baseURL").TextOr("")),
	}

	if ssr := config.At("ssr"); ssr.IsFalse() || ssr.IsUnknown() {
		// Without a server no page but this knows what is to be shown at an address.
		site.Fallback = nuxtFallback
	}

	return site
}

// isNuxtStart tells whether a start command does no more than to start what Nitro built.
func isNuxtStart(start project.Start) bool {
	command, ok := onlyCommand(start.Run, "NODE_ENV", "PORT", "HOST", "NITRO_PORT", "NITRO_HOST")
	if !ok {
		return false
	}

	return command.Is("nuxt", "start", "preview") || command.Is("nuxi", "start", "preview") ||
		command.Program() == nodeProgram && len(command.Words) == 2 && path.Clean(command.Words[1]) == ".output/server/index.mjs"
}

// nuxtOutput returns the preset of the server, or that the output is a site of files.
func nuxtOutput(command npmscript.Command, config jsconfig.Config) (preset string, isStatic bool, err error) {
	preset = "node-server"

	for _, found := range []string{config.At("nitro", "preset").TextOr(""), command.Environment["NITRO_PRESET"]} {
		if found != "" {
			preset = found
		}
	}

	generates := len(command.Words) > 0 && (command.Subcommand() == "generate" || command.Has("--prerender"))

	if named, ok := command.Option("--preset"); len(command.Words) > 0 && ok {
		preset = named
	}

	switch {
	case slices.Contains(nuxtSites, preset) || generates:
		return "", true, nil
	case slices.Contains(nuxtServers, preset):
		return preset, false, nil
	default:
		return "", false, problem.New(problem.Invalid,
			"nuxt.config sets Nitro's preset to %q, which is for another platform. Remove it, or set it to node-server or static.", preset)
	}
}
