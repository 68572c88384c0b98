package node

import (
	"fmt"
	"path"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

var (
	nextExport = regexp.MustCompile("\\boutput\\s*:\\s*['\"`]export['\"`]")
	// nextExportCommand is how older versions export, whose configuration has no option for it.
	nextExportCommand = regexp.MustCompile(`\bnext export\b`)
	nextDistDir       = regexp.MustCompile("\\bdistDir\\s*:\\s*['\"`]([A-Za-z0-9_./-]+)['\"`]")
	nextBasePath      = regexp.MustCompile(`\bbasePath` + quotedPath)
	nextStart         = regexp.MustCompile(`^(\S+=\S+ )*(npx )?next start\b`)

	// standaloneSince is the first release that has NEXT_PRIVATE_STANDALONE, which makes the build leave a server of its own.
	standaloneSince = semver.MustParse("12.2.0")
)

// NextJSLookedFor names what the detector looks for, in the error for a source that no detector takes.
const NextJSLookedFor = "package.json with next"

// DetectNextJS takes an app that depends on next.
func DetectNextJS(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil || !ok || !read.Depends("next") || packagejson.HasWorkspaces(tree, read) && !isApp(tree, "next.config.*", "app", "pages", "src") {
		return buildplan.Plan{}, false, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	version := app.VersionOf("next")
	config := project.ReadConfig(tree, "next.config")
	plan := app.Plan(buildplan.FrameworkNextJS)
	plan.Versions["nextjs"] = version
	plan.Arguments = app.PublicVariables("NEXT_PUBLIC_")

	output, exported := nextOutput(config, app.Script("build"))

	dockerfile, err := app.Dockerfile(&plan, "a Next.js app")
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile.Build, dockerfile.Output = app.BuildCommandOr("next build"), output
	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NEXT_TELEMETRY_DISABLED=1")
	dockerfile.BuildMounts = buildplan.CacheMount("nextjs", app.InApp(lo.Ternary(exported, nextBuild, output), "cache")) + dockerfile.BuildMounts

	switch start := app.Script("start"); {
	case exported:
		site := static.Site{Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: hashedByNext, Base: nextBase(config), Port: plan.Port}
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on next %s, and it is exported as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)
	case start != "" && !nextStart.MatchString(start) || olderThan(version, standaloneSince):
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on next %s, and its start script starts the server.", version))

		app.StartBy(dockerfile)

		if start == "" {
			dockerfile.StartWith("npx", "next", "start")
		}

		plan.Dockerfile = buildplan.Render(templates, "server.Dockerfile.tmpl", dockerfile)
	default:
		dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NEXT_PRIVATE_STANDALONE=true")
		dockerfile.Standalone, dockerfile.Entry = path.Join(buildplan.OutputDirectory, "app", app.App.Directory), path.Join(app.App.Directory, "server.js")
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on next %s. It is built to a server of its own (standalone).", version))
		plan.Dockerfile = buildplan.Render(templates, "nextjs.Dockerfile.tmpl", dockerfile)
	}

	return plan, true, nil
}

// nextBuild is the directory that Next.js builds to unless its configuration names another.
const nextBuild = ".next"

// nextOutput returns the directory that the build leaves, and whether that is a site of files.
func nextOutput(config, buildScript string) (directory string, exported bool) {
	directory = nextBuild
	if match := nextDistDir.FindStringSubmatch(config); match != nil {
		directory = path.Clean(match[1])
	}

	switch {
	case nextExport.MatchString(config):
		return lo.Ternary(directory == nextBuild, "out", directory), true
	case nextExportCommand.MatchString(buildScript):
		return "out", true
	default:
		return directory, false
	}
}

// nextBase is the path below which the pages expect to be served; empty for the top.
func nextBase(config string) string {
	match := nextBasePath.FindStringSubmatch(config)
	if match == nil {
		return ""
	}

	return cleanBase(match[1])
}
