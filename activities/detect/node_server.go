package detect

import (
	"fmt"
	"regexp"
	"strings"
)

// developmentServer are start scripts that serve a site to its developer alone.
var developmentServer = regexp.MustCompile(`^(npx )?(vite|astro)( (dev|preview|serve)\b.*)?( -.*)?$|^react-scripts start|^ng serve`)

// serverLookedFor is what a source must have, for the user whose source has none of it.
const serverLookedFor = "package.json with a start script"

// detectServer takes an app whose start script, or server.js, is a server.
func detectServer(app source, settings Settings) (Plan, bool, error) {
	read, ok, err := readManifest(app, ".")
	if err != nil || !ok || !startsServer(app, read) {
		return Plan{}, false, err
	}

	if err := checkAdapter(app); err != nil {
		return Plan{}, false, err
	}

	project, err := openNode(app, settings, read)
	if err != nil {
		return Plan{}, false, err
	}

	plan := project.plan(FrameworkNode)
	plan.Arguments = project.publicVariables("NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_")

	dockerfile, err := project.dockerfile(&plan, "a Node server")
	if err != nil {
		return Plan{}, false, err
	}

	project.startBy(dockerfile)
	dockerfile.Host = hostVariable(read)

	found := fmt.Sprintf("The start script in package.json is %q.", project.script("start"))
	if project.script("start") == "" {
		found = fmt.Sprintf("There is %s beside package.json, which has no start script.", serverFile(app, read))
	}

	plan.Reason = project.reason(found)
	plan.Dockerfile = render(nodeTemplates, "node_server.Dockerfile.tmpl", dockerfile)

	return plan, true, nil
}

func startsServer(app source, read manifest) bool {
	if start := strings.TrimSpace(read.Scripts["start"]); start != "" {
		return !developmentServer.MatchString(start)
	}

	return serverFile(app, read) != ""
}
