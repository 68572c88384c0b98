package node

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

// SiteLookedFor names what the detector looks for, in the error for a source that no detector takes.
const SiteLookedFor = "package.json with the build of a site"

// DetectSite takes an app whose build leaves a site of files, and that starts no server.
func DetectSite(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := readApp(tree)
	if err != nil || !ok {
		return buildplan.Plan{}, false, err
	}

	if err := checkForeignStart(tree, read); err != nil {
		return buildplan.Plan{}, false, err
	}

	if _, starts := startOf(tree, read); starts {
		return buildplan.Plan{}, false, nil
	}

	built, ok := siteOf(tree, read, project.ConfigSettings{Settings: settings})
	if !ok {
		return buildplan.Plan{}, false, nil
	}

	if built.only == nil {
		if err := cmp.Or(checkAdapter(tree, settings), checkServerStarts(read)); err != nil {
			return buildplan.Plan{}, false, err
		}
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan := app.Plan(buildplan.FrameworkStatic)
	plan.Versions[strings.ToLower(built.dependency)] = app.VersionOf(built.dependency)
	plan.Arguments = app.PublicVariables(built.prefixes...)

	dockerfile, err := app.Dockerfile(&plan, fmt.Sprintf("a site that %s builds", built.name))
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	if slices.Contains(siteScripts, built.script) {
		dockerfile.Build = app.Manager.Run(built.script)
	}

	site := static.Site{
		Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: built.hashed, Port: plan.Port, Fallback: built.fallback(),
	}

	// An output or a base that is not known is left empty, and the Dockerfile looks at what the build made.
	dockerfile.Output, _ = built.outputDirectory()
	base, known := built.base()
	site.Base, dockerfile.AnyBase = base, !known

	where := "What it builds"
	if dockerfile.Output != "" {
		where = "What is built in " + dockerfile.Output
	}

	cache := strings.ReplaceAll(strings.Trim(built.dependency, "@"), "/", "-")
	dockerfile.BuildMounts = buildplan.CacheMount(cache, app.InApp("node_modules", ".cache")) + dockerfile.BuildMounts
	plan.Reason = app.Reason(fmt.Sprintf("%s %s is served by nginx.", built.reason(app), where))
	plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

	return plan, true, nil
}

// reason is a sentence: what tells that the app is a site.
func (s builtSite) reason(app *project.Project) string {
	start := "it starts no server"
	if text := app.Script(startScript); text != "" {
		start = fmt.Sprintf("its start script, %q, starts a server for development alone", text)
	}

	if app.BuiltByNX() {
		return fmt.Sprintf("Nx builds it with %s, and %s.", s.dependency, start)
	}

	return fmt.Sprintf("package.json has a %s script and depends on %s, and %s.", s.script, s.dependency, start)
}

// renderSite renders the Dockerfile of an app that is built to a site of files.
func renderSite(d *project.Dockerfile, site static.Site, images buildplan.BaseImages) string {
	return buildplan.Render(templates, "site.Dockerfile.tmpl", struct {
		*project.Dockerfile

		Site string
	}{d, site.Stages(images)})
}
