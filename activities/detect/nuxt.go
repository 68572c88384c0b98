package detect

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/internal/problem"
)

var (
	nitroPreset  = regexp.MustCompile("\\bpreset\\s*:\\s*['\"`]([a-z0-9_-]+)['\"`]")
	nuxtGenerate = regexp.MustCompile(`\b(nuxt|nuxi) (generate|build [^&|;]*--prerender)`)

	// Nuxt 2 is a server like any other: it has no .output.
	nuxtSince = semver.MustParse("3.0.0-0")
)

// nuxtServers are the presets whose output Node starts, nuxtSites those that leave files alone.
var (
	nuxtServers = []string{"node", "node-server", "node_server", "node-cluster", "node_cluster"}
	nuxtSites   = []string{"static", "github-pages", "github_pages", "gitlab-pages", "gitlab_pages"}
)

// nuxtLookedFor is what a source must have, for the user whose source has none of it.
const nuxtLookedFor = "package.json with nuxt"

// detectNuxt takes an app that depends on nuxt 3 or newer.
func detectNuxt(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || !read.depends("nuxt") || hasWorkspaces(app, read) && !isApp(app, "nuxt.config.*", "app", "app.vue", "pages") {
		return Plan{}, false, err
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	version := project.versionOf("nuxt")
	if olderThan(version, nuxtSince) {
		return Plan{}, false, nil
	}

	preset, static, err := nuxtOutput(project, readConfig(app, "nuxt.config"))
	if err != nil {
		return Plan{}, false, err
	}

	plan := project.plan(FrameworkNuxt)
	plan.Versions["nuxt"] = version
	plan.Arguments = project.publicVariables("NUXT_PUBLIC_")

	dockerfile, err := project.dockerfile(&plan, "a Nuxt app")
	if err != nil {
		return Plan{}, false, err
	}

	dockerfile.Build = project.buildCommandOr("nuxt build")
	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NUXT_TELEMETRY_DISABLED=1")
	dockerfile.BuildMounts = cacheMount("nuxt", project.inApp("node_modules", ".cache")) + dockerfile.BuildMounts

	if static {
		dockerfile.Output = ".output/public"
		site := staticSite{Stage: buildStage, Path: outputSite, Hashed: hashedByNuxt, Port: plan.Port}
		plan.Reason = project.reason(fmt.Sprintf("package.json depends on nuxt %s, and it is generated as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

		return plan, true, nil
	}

	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NITRO_PRESET="+preset)
	plan.Reason = project.reason(fmt.Sprintf("package.json depends on nuxt %s. It is built to a server of its own (.output).", version))
	plan.Dockerfile = render(nodeTemplates, "node_nuxt.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

// nuxtOutput returns the preset of the server, or that the output is a site of files.
func nuxtOutput(project *nodeProject, config string) (preset string, static bool, err error) {
	preset = "node-server"
	if match := nitroPreset.FindStringSubmatch(config); match != nil {
		preset = match[1]
	}

	switch {
	case slices.Contains(nuxtSites, preset) || nuxtGenerate.MatchString(project.script("build")):
		return "", true, nil
	case slices.Contains(nuxtServers, preset):
		return preset, false, nil
	default:
		return "", false, problem.New(problem.Invalid,
			"nuxt.config sets Nitro's preset to %q, which is for another platform. Remove it, or set it to node-server or static.", preset)
	}
}
