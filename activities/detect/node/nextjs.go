package node

import (
	"fmt"
	"path"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// standaloneSince is the first release that has NEXT_PRIVATE_STANDALONE, which makes the build leave a server of its own.
var standaloneSince = semver.MustParse("12.2.0")

// NextJSLookedFor names what the detector looks for, in the error for a source that no detector takes.
const NextJSLookedFor = "package.json with next"

// DetectNextJS takes an app that depends on next.
func DetectNextJS(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := readApp(tree)
	if err != nil || !ok || !read.Depends("next") || packagejson.HasWorkspaces(tree, read) && !isApp(tree, "next.config.*", "app", "pages", "src") {
		return buildplan.Plan{}, false, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	version := app.VersionOf("next")
	next := readNext(tree, settings, app)
	plan := app.Plan(buildplan.FrameworkNextJS)
	plan.Versions["nextjs"] = version
	plan.Arguments = app.PublicVariables("NEXT_PUBLIC_")

	output, exported, err := next.output()
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile, err := app.Dockerfile(&plan, "a Next.js app")
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile.Build, dockerfile.Output = app.BuildCommandOr("next build"), output
	dockerfile.BuildEnvironment = append(dockerfile.BuildEnvironment, "NEXT_TELEMETRY_DISABLED=1")
	dockerfile.BuildMounts = buildplan.CacheMount("nextjs", app.InApp(lo.Ternary(exported, nextBuild, output), "cache")) + dockerfile.BuildMounts

	detected := nextServer{nextApp: next, tree: tree, plan: &plan, dockerfile: dockerfile, version: version}

	start, starts := startOf(tree, read)

	switch {
	case exported:
		dockerfile.AnyBase = next.config.At("basePath").IsUnknown()
		site := static.Site{Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: hashedByNext, Base: next.base(), Port: plan.Port}
		plan.Reason = app.Reason(fmt.Sprintf("package.json depends on next %s, and it is exported as a static site, which nginx serves.", version))
		plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)
	case starts && start.File == "" && !isNextStart(start) || olderThan(version, standaloneSince):
		detected.startBy(start)
	default:
		err = detected.standalone()
	}

	return plan, err == nil, err
}

// nextBuild is the directory that Next.js builds to unless its configuration names another.
const nextBuild = ".next"

// nextApp is what the build of an app by Next.js is told.
type nextApp struct {
	app    *project.Project
	config jsconfig.Config
}

func readNext(tree source.Tree, settings buildplan.Settings, app *project.Project) nextApp {
	command, _ := app.Build().Find(func(command npmscript.Command) bool { return command.Program() == "next" })
	reading := project.ConfigSettings{Settings: settings, Environment: command.Environment}

	return nextApp{app: app, config: project.ReadConfig(tree, ".", "next.config", reading, jsconfig.Text("phase-production-build"), jsconfig.Object(nil))}
}

// output returns the directory that the build leaves, and whether that is a site of files. Its errors are the user's.
func (n nextApp) output() (directory string, exported bool, err error) {
	directory = nextBuild

	switch distDir := n.config.At("distDir"); {
	case distDir.TextOr("") != "":
		directory = path.Clean(distDir.TextOr(""))
	case distDir.IsUnknown():
		return "", false, unknownOption(n.config.Name, "distDir", "'.next'")
	}

	output := n.config.At("output")
	_, exportedLater := n.app.Build().Find(func(command npmscript.Command) bool { return command.Is("next", "export") })

	switch {
	case output.TextOr("") == "export":
		return lo.Ternary(directory == nextBuild, "out", directory), true, nil
	case output.IsUnknown() && output.MayBe("export") && n.config.Name != "" && !n.config.IsUnknown():
		return "", false, unknownOption(n.config.Name, "output", "'export' for a site of files or 'standalone' for a server")
	case exportedLater:
		// Older versions export so, whose configuration has no option for it.
		return "out", true, nil
	default:
		return directory, false, nil
	}
}

// unknownOption is the error for an option that decides what is to be done with what was built, and that depends on what is not known here.
func unknownOption(file, option, example string) error {
	return problem.New(problem.Invalid, "%s decides %s by what is not known before the build. Write it there as text: %s.", file, option, example)
}

// base is the path below which the pages expect to be served; empty for the top.
func (n nextApp) base() string { return cleanBase(n.config.At("basePath").TextOr("")) }
