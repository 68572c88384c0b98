package detect

import (
	"cmp"
	"fmt"
	"strings"
)

// siteLookedFor is what a source must have, for the user whose source has none of it.
const siteLookedFor = "package.json with a build by Vite"

// detectSite takes an app whose build leaves files and that starts no server.
func detectSite(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || read.Scripts["build"] == "" || startsServer(app, read) {
		return Plan{}, false, err
	}

	builder, ok := builderOf(app, read)
	if !ok {
		return Plan{}, false, nil
	}

	if builder.only == nil {
		if err := cmp.Or(checkAdapter(app), checkServerStarts(read)); err != nil {
			return Plan{}, false, err
		}
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	plan := project.plan(FrameworkStatic)
	plan.Versions[strings.ToLower(builder.dependency)] = project.versionOf(builder.dependency)
	plan.Arguments = project.publicVariables(builder.prefixes...)

	dockerfile, err := project.dockerfile(&plan, fmt.Sprintf("a site that %s builds", builder.name))
	if err != nil {
		return Plan{}, false, err
	}

	dockerfile.Output = builder.outputOf(app, read)
	site := staticSite{
		Stage: buildStage, Path: outputSite, Hashed: builder.hashed, Port: plan.Port,
		Base: builder.baseOf(app, read), Fallback: builder.fallbackOf(app),
	}

	dockerfile.BuildMounts = cacheMount(builder.dependency, project.inApp("node_modules", ".cache")) + dockerfile.BuildMounts
	plan.Reason = project.reason(fmt.Sprintf("package.json has a build script and depends on %s, and it starts no server. "+
		"What is built in %s is served by nginx.", builder.dependency, dockerfile.Output))
	plan.Dockerfile = renderSite(dockerfile, site, settings.BaseImages)

	return plan, true, nil
}

// renderSite writes the Dockerfile of what is served as files.
func renderSite(d *nodeDockerfile, site staticSite, images BaseImages) string {
	return render(nodeTemplates, "node_site.Dockerfile.tmpl", struct {
		*nodeDockerfile

		Site string
	}{d, site.stages(images)})
}
