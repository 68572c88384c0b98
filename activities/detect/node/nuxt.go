package node

import (
	"fmt"
	"path"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// nuxtSince is the first release with Nitro, which leaves .output. Nuxt 2 is a server like any other.
var nuxtSince = semver.MustParse("3.0.0-0")

// Presets of Nitro.
var (
	// nuxtServers are those whose output Node starts.
	nuxtServers = []string{"node", "node-server", "node_server", "node-cluster", "node_cluster"}
	// nuxtSites are those whose output is a site of files.
	nuxtSites = []string{"static", "github-pages", "github_pages", "gitlab-pages", "gitlab_pages"}
)

// nuxtFallback is the page that Nuxt makes for addresses that only the browser knows.
const nuxtFallback = "200.html"

// NuxtLookedFor names what the detector looks for, in the error for a source that no detector takes.
const NuxtLookedFor = "package.json with nuxt"

// DetectNuxt takes an app that depends on nuxt 3 or newer.
func DetectNuxt(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := readApp(tree)
	if err != nil || !ok || !read.Depends("nuxt") || packagejson.HasWorkspaces(tree, read) && !isApp(tree, "nuxt.config.*", "app", "app.vue", "pages") {
		return buildplan.Plan{}, false, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	version := app.VersionOf("nuxt")
	if olderThan(version, nuxtSince) {
		return buildplan.Plan{}, false, nil
	}

	command, _ := app.Build().Find(func(command npmscript.Command) bool { return command.Is("nuxt") || command.Is("nuxi") })
	config := readConfig(tree, ".", "nuxt.config", configSettings{Settings: settings, environment: command.Environment})

	preset, isStatic, err := nuxtOutput(command, config)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan := app.Plan(buildplan.FrameworkNuxt)
	plan.Versions["nuxt"] = version
	plan.Arguments = app.PublicVariables("NUXT_PUBLIC_")

	dockerfile, err := app.Dockerfile(&plan, "a Nuxt app")
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile.Build = app.BuildCommandOr("nuxt build")
	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NUXT_TELEMETRY_DISABLED=1")
	dockerfile.BuildMounts = buildplan.CacheMount("nuxt", app.InApp("node_modules", ".cache")) + dockerfile.BuildMounts

	if isStatic {
		dockerfile.Output = ".output/public"
		site := static.Site{Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: hashedByNuxt, Port: plan.Port}
		if ssr := config.At("ssr"); ssr.IsFalse() || ssr.IsUnknown() {
			// Without a server no page but this knows what is to be shown at an address.
			site.Fallback = nuxtFallback
		}

		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s, and it is generated as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

		return plan, true, nil
	}

	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NITRO_PRESET="+preset)

	if start, ok := startOf(tree, read); ok && start.File == "" && !isNuxtStart(start) {
		dockerfile.Host = "HOST=0.0.0.0"
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s. %s", version, start.Found))

		startServer(tree, app, dockerfile, &plan, start)

		plan.Dockerfile = buildplan.Render(templates, "server.Dockerfile.tmpl", dockerfile)

		return plan, true, nil
	}

	if err := checkEndsInDevelopment(app, "nuxt dev", "node .output/server/index.mjs"); err != nil {
		return buildplan.Plan{}, false, err
	}

	plan.ReleaseCommand = source.Procfile(tree, "release")
	plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s. It is built to a server of its own (.output).", version))
	plan.Dockerfile = buildplan.Render(templates, "nuxt.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

// isNuxtStart tells whether a start command does no more than to start what Nitro built.
func isNuxtStart(start project.Start) bool {
	command, ok := onlyCommand(start.Run, "NODE_ENV", "PORT", "HOST", "NITRO_PORT", "NITRO_HOST")
	if !ok {
		return false
	}

	return command.Is("nuxt", "start", "preview") || command.Is("nuxi", "start", "preview") ||
		command.Program() == "node" && len(command.Words) == 2 && path.Clean(command.Words[1]) == ".output/server/index.mjs"
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
