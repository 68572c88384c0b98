package node

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// developmentServer matches start scripts that start a server for development, which serves a site to its developer.
var developmentServer = regexp.MustCompile(`^(npx )?(vite|astro)( (dev|preview|serve)\b.*)?( -.*)?$|^react-scripts start|^ng serve`)

// ServerLookedFor names what the detector looks for, in the error for a source that no detector takes.
const ServerLookedFor = "package.json with a start script"

// DetectServer takes an app that has a start script, or a file that starts without one, unless it is a server for development.
func DetectServer(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil || !ok || !startsServer(tree, read) {
		return buildplan.Plan{}, false, err
	}

	if err := checkAdapter(tree); err != nil {
		return buildplan.Plan{}, false, err
	}

	app, err := project.Open(tree, settings, read)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	plan := app.Plan(buildplan.FrameworkNode)
	plan.Arguments = app.PublicVariables("NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_")

	dockerfile, err := app.Dockerfile(&plan, "a Node server")
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	app.StartBy(dockerfile)
	dockerfile.Host = hostVariable(read)

	found := fmt.Sprintf("The start script in package.json is %q.", app.Script("start"))
	if app.Script("start") == "" {
		found = fmt.Sprintf("There is %s beside package.json, which has no start script.", project.ServerFile(tree, read))
	}

	plan.Reason = app.Reason(found)
	plan.Dockerfile = buildplan.Render(templates, "server.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

// startsServer tells whether the app starts a server.
func startsServer(tree source.Tree, read packagejson.Manifest) bool {
	if start := strings.TrimSpace(read.Scripts["start"]); start != "" {
		return !developmentServer.MatchString(start)
	}

	return project.ServerFile(tree, read) != ""
}
