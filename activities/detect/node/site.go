package node

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

// SiteLookedFor names what the detector looks for, in the error for a source that no detector takes.
const SiteLookedFor = "package.json with a build by Vite"

// DetectSite takes an app whose build leaves a site of files, and that starts no server.
func DetectSite(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil || !ok || read.Scripts["build"] == "" || startsServer(tree, read) {
		return buildplan.Plan{}, false, err
	}

	builder, ok := builderOf(tree, read)
	if !ok {
		return buildplan.Plan{}, false, nil
	}

	if builder.only == nil {
		if err := cmp.Or(checkAdapter(tree), checkServerStarts(read)); err != nil {
			return buildplan.Plan{}, false, err
		}
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan := app.Plan(buildplan.FrameworkStatic)
	plan.Versions[strings.ToLower(builder.dependency)] = app.VersionOf(builder.dependency)
	plan.Arguments = app.PublicVariables(builder.prefixes...)

	dockerfile, err := app.Dockerfile(&plan, fmt.Sprintf("a site that %s builds", builder.name))
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile.Output = builder.outputOf(tree, read)
	site := static.Site{
		Stage: project.BuildStage, Path: buildplan.SiteDirectory, Hashed: builder.hashed, Port: plan.Port,
		Base: builder.baseOf(tree, read), Fallback: builder.fallbackOf(tree),
	}

	dockerfile.BuildMounts = buildplan.CacheMount(builder.dependency, app.InApp("node_modules", ".cache")) + dockerfile.BuildMounts
	plan.Reason = app.Reason(fmt.Sprintf("package.json has a build script and depends on %s, and it starts no server. "+
		"What is built in %s is served by nginx.", builder.dependency, dockerfile.Output))
	plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

	return plan, true, nil
}

// renderSite renders the Dockerfile of an app that is built to a site of files.
func renderSite(d *project.Dockerfile, site static.Site, images buildplan.BaseImages) string {
	return buildplan.Render(templates, "site.Dockerfile.tmpl", struct {
		*project.Dockerfile

		Site string
	}{d, site.Stages(images)})
}
