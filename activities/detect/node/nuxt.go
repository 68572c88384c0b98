package node

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/problem"
)

var (
	nitroPreset  = regexp.MustCompile("\\bpreset\\s*:\\s*['\"`]([a-z0-9_-]+)['\"`]")
	nuxtGenerate = regexp.MustCompile(`\b(nuxt|nuxi) (generate|build [^&|;]*--prerender)`)

	// nuxtSince is the first release with Nitro, which leaves .output. Nuxt 2 is a server like any other.
	nuxtSince = semver.MustParse("3.0.0-0")
)

// Presets of Nitro.
var (
	// nuxtServers are those whose output Node starts.
	nuxtServers = []string{"node", "node-server", "node_server", "node-cluster", "node_cluster"}
	// nuxtSites are those whose output is a site of files.
	nuxtSites = []string{"static", "github-pages", "github_pages", "gitlab-pages", "gitlab_pages"}
)

// NuxtLookedFor names what the detector looks for, in the error for a source that no detector takes.
const NuxtLookedFor = "package.json with nuxt"

// DetectNuxt takes an app that depends on nuxt 3 or newer.
func DetectNuxt(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := packagejson.Read(tree, ".")
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

	preset, isStatic, err := nuxtOutput(app, project.ReadConfig(tree, "nuxt.config"))
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
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s, and it is generated as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

		return plan, true, nil
	}

	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NITRO_PRESET="+preset)
	plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s. It is built to a server of its own (.output).", version))
	plan.Dockerfile = buildplan.Render(templates, "nuxt.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

// nuxtOutput returns the preset of the server, or that the output is a site of files.
func nuxtOutput(app *project.Project, config string) (preset string, isStatic bool, err error) {
	preset = "node-server"
	if match := nitroPreset.FindStringSubmatch(config); match != nil {
		preset = match[1]
	}

	switch {
	case slices.Contains(nuxtSites, preset) || nuxtGenerate.MatchString(app.Script("build")):
		return "", true, nil
	case slices.Contains(nuxtServers, preset):
		return preset, false, nil
	default:
		return "", false, problem.New(problem.Invalid,
			"nuxt.config sets Nitro's preset to %q, which is for another platform. Remove it, or set it to node-server or static.", preset)
	}
}
