package node

import (
	"cmp"
	"fmt"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// ServerLookedFor names what the detector looks for, in the error for a source that no detector takes.
const ServerLookedFor = "package.json with a start script"

// DetectServer takes an app that says what starts it, unless that is a server for development.
func DetectServer(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := readApp(tree)
	if err != nil || !ok {
		return buildplan.Plan{}, false, err
	}

	if err := checkForeignStart(tree, read); err != nil {
		return buildplan.Plan{}, false, err
	}

	start, ok := startOf(tree, read)
	if !ok {
		return buildplan.Plan{}, false, nil
	}

	if err := cmp.Or(checkStays(start), checkAdapter(tree, settings)); err != nil {
		return buildplan.Plan{}, false, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan := app.Plan(buildplan.FrameworkNode)
	plan.Arguments = app.PublicVariables("NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_", "REACT_APP_", "VUE_APP_")

	dockerfile, err := app.Dockerfile(&plan, "a Node server")
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	dockerfile.Host = hostVariable(read)

	startServer(tree, app, dockerfile, &plan, start)
	runBuiltByAce(tree, app, dockerfile, start)

	if app.BuiltByNX() {
		start.Found = fmt.Sprintf("Nx builds a server, which %q starts.", app.Script(start.Script))
	}

	plan.Reason = app.Reason(start.Found)
	plan.Dockerfile = buildplan.Render(templates, "server.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

// startServer has the server started as the app says, and proposes the release command of its Procfile.
func startServer(tree source.Tree, app *project.Project, dockerfile *project.Dockerfile, plan *buildplan.Plan, start project.Start) {
	plan.ReleaseCommand = source.Procfile(tree, "release")
	app.StartBy(dockerfile, start, project.Scripts(tree, app.App.Manifest).Line(plan.ReleaseCommand))
}
