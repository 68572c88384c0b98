package node

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// serverFramework is a framework that builds a server, which a start script has to start.
type serverFramework struct {
	// dependency is the package that tells that the framework is used.
	dependency string
	// adapter is a package that makes the server one for Node; empty where the framework does that itself.
	adapter string
	// start is the start script for the server.
	start string
}

var serverFrameworks = []serverFramework{
	{"@sveltejs/kit", "@sveltejs/adapter-node", "node build"},
	{"@astrojs/node", "", "node dist/server/entry.mjs"},
	{"@react-router/node", "@react-router/serve", "react-router-serve build/server/index.js"},
	{"@remix-run/node", "@remix-run/serve", "remix-serve build/server/index.js"},
	{"vinxi", "", "vinxi start"},
	{"@solidjs/start", "@solidjs/vite-plugin-nitro-2", nitroStart},
	{"@tanstack/react-start", "nitro", nitroStart},
	{"@tanstack/solid-start", "nitro", nitroStart},
	{"@analogjs/platform", "", "node dist/analog/server/index.mjs"},
	{"@builder.io/qwik-city", "", "node server/entry.express"},
	{"vike", "", "node build/index.js"},
	{"@nestjs/core", "", "node dist/main"},
	{"@adonisjs/core", "", adonisStart},
}

// nitroStart starts a server that Nitro built.
const nitroStart = "node .output/server/index.mjs"

// adaptedServer returns the framework of an app that depends on the package which makes the framework's server one for Node.
func adaptedServer(read packagejson.Manifest) (serverFramework, bool) {
	return lo.Find(serverFrameworks, func(known serverFramework) bool {
		return known.adapter != "" && read.Depends(known.dependency) && read.Depends(known.adapter)
	})
}

// checkServerStarts refuses an app whose framework builds a server that no script starts.
func checkServerStarts(read packagejson.Manifest) error {
	server, ok := lo.Find(serverFrameworks, func(known serverFramework) bool { return read.Depends(known.dependency) })
	if !ok {
		return nil
	}

	install := ""
	if server.adapter != "" && !read.Depends(server.adapter) {
		install = fmt.Sprintf("Install %s, use it as its documentation says, and add ", server.adapter)
	}

	return problem.New(problem.Invalid, "package.json depends on %s, whose server must be started, and has no start script that does. "+
		"%s\"start\": %q to its scripts.", server.dependency, lo.CoalesceOrEmpty(install, "Add "), server.start)
}

// hostVariable is the variable, as NAME=value, that makes the app's server listen to other machines; empty where it does that anyway.
func hostVariable(read packagejson.Manifest) string {
	switch {
	case read.Depends("@astrojs/node"), read.Depends("@adonisjs/core"):
		return "HOST=0.0.0.0"
	case read.Depends("fastify-cli"):
		return "FASTIFY_ADDRESS=0.0.0.0"
	default:
		return ""
	}
}

// adonisStart starts what `node ace build` made, in the directory that it made.
const (
	adonisStart = "node bin/server.js"
	adonisBuild = buildCommand
)

// runBuiltByAce has AdonisJS started in the directory that its build makes, to which its start script belongs.
func runBuiltByAce(tree source.Tree, app *project.Project, dockerfile *project.Dockerfile, start project.Start) {
	_, built := app.Build().Find(func(command npmscript.Command) bool {
		return command.Is(nodeProgram, "ace") && slices.Contains(command.Words, buildCommand) || command.Is("adonis", buildCommand)
	})

	if !built || !app.App.Manifest.Depends("@adonisjs/core") {
		return
	}

	if lo.EveryBy(start.Run.Ends, restarts) {
		// It would compile the sources once more.
		dockerfile.StartWith(strings.Fields(adonisStart)...)
	} else if !lo.SomeBy(start.Run.Ends, func(command npmscript.Command) bool {
		name := path.Clean(command.Subcommand())

		return command.Program() == nodeProgram && command.Directory == "." && !source.IsFile(tree, name) && !strings.HasPrefix(name, adonisBuild+"/")
	}) {
		return
	}

	dockerfile.RunDirectory = path.Join(dockerfile.RunDirectory, adonisBuild)
}
