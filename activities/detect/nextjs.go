package detect

import (
	"fmt"
	"path"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"
)

var (
	nextExport = regexp.MustCompile("\\boutput\\s*:\\s*['\"`]export['\"`]")
	// nextExportCommand was the way before the configuration could say so.
	nextExportCommand = regexp.MustCompile(`\bnext export\b`)
	nextDistDir       = regexp.MustCompile("\\bdistDir\\s*:\\s*['\"`]([A-Za-z0-9_./-]+)['\"`]")
	nextBasePath      = regexp.MustCompile(`\bbasePath` + quotedPath)
	nextStart         = regexp.MustCompile(`^(\S+=\S+ )*(npx )?next start\b`)

	// standaloneSince is the release that makes a server of its own when NEXT_PRIVATE_STANDALONE says so.
	standaloneSince = semver.MustParse("12.2.0")
)

// nextjsLookedFor is what a source must have, for the user whose source has none of it.
const nextjsLookedFor = "package.json with next"

// detectNextJS takes an app that depends on next.
func detectNextJS(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || !read.depends("next") || hasWorkspaces(app, read) && !isApp(app, "next.config.*", "app", "pages", "src") {
		return Plan{}, false, err
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	version := project.versionOf("next")
	config := readConfig(app, "next.config")
	plan := project.plan(FrameworkNextJS)
	plan.Versions["nextjs"] = version
	plan.Arguments = project.publicVariables("NEXT_PUBLIC_")

	output, exported := nextOutput(config, project.script("build"))

	dockerfile, err := project.dockerfile(&plan, "a Next.js app")
	if err != nil {
		return Plan{}, false, err
	}

	dockerfile.Build, dockerfile.Output = project.buildCommandOr("next build"), output
	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NEXT_TELEMETRY_DISABLED=1")
	dockerfile.BuildMounts = cacheMount("nextjs", project.inApp(lo.Ternary(exported, nextBuild, output), "cache")) + dockerfile.BuildMounts

	switch start := project.script("start"); {
	case exported:
		site := staticSite{Stage: buildStage, Path: outputSite, Hashed: hashedByNext, Base: nextBase(config), Port: plan.Port}
		plan.Reason = project.reason(fmt.Sprintf("package.json depends on next %s, and it is exported as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)
	case start != "" && !nextStart.MatchString(start) || olderThan(version, standaloneSince):
		plan.Reason = project.reason(fmt.Sprintf("package.json depends on next %s, and its start script starts the server.", version))

		project.startBy(dockerfile)

		if start == "" {
			dockerfile.startWith("npx", "next", "start")
		}

		plan.Dockerfile = render(nodeTemplates, "node_server.Dockerfile.tmpl", dockerfile)
	default:
		dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NEXT_PRIVATE_STANDALONE=true")
		dockerfile.Standalone, dockerfile.Entry = path.Join(OutputDirectory, "app", project.app.directory), path.Join(project.app.directory, "server.js")
		plan.Reason = project.reason(fmt.Sprintf("package.json depends on next %s. It is built to a server of its own (standalone).", version))
		plan.Dockerfile = render(nodeTemplates, "node_nextjs.Dockerfile.tmpl", dockerfile)
	}

	return plan, true, nil
}

// nextBuild is where Next.js builds unless its configuration says something else.
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

// nextBase is the path below which the pages expect to stand; empty for the top.
func nextBase(config string) string {
	match := nextBasePath.FindStringSubmatch(config)
	if match == nil {
		return ""
	}

	return cleanBase(match[1])
}
