package node

import (
	"fmt"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// nuxtSince is the first release with Nitro, which leaves .output. Nuxt 2 is a server like any other.
var nuxtSince = semver.MustParse("3.0.0-0")

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

	preset, isStatic, config, err := readNuxt(tree, settings, app)
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
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s, and it is generated as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, nuxtSite(config, plan.Port), settings.BaseImages)

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

	plan.ReleaseCommand = source.Procfile(tree, "release")
	plan.Reason = app.Reason(fmt.Sprintf("package.json depends on nuxt %s. It is built to a server of its own (.output).", version))
	plan.Dockerfile = buildplan.Render(templates, "nuxt.Dockerfile.tmpl", dockerfile)
	err = checkEndsInDevelopment(app, "nuxt dev", "node .output/server/index.mjs")

	return plan, err == nil, err
}
