package node

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
	"github.com/zeitwork/zeitwork/internal/npmscript"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// productionScripts are the names of scripts for production, beside a start script that is for development.
var productionScripts = []string{"start:prod", "start:production", "start-prod", "prod:start", "production:start", "serve:prod", "serve:production"}

// serverPrograms are those that a script for production ends in. Others of such a name build something.
//
//nolint:goconst // A table reads best with its words.
var serverPrograms = []string{
	nodeProgram, "bun", "deno", "next", "nuxt", "nest", "pm2-runtime", "tsx", "ts-node", "serve", "http-server", "fastify", "remix-serve", "react-router-serve",
}

// startOf decides what starts the app in production: what the Procfile says, the start script, a script for production where that is for development, or a
// file that starts without a script. It is false for an app that starts no server.
func startOf(tree source.Tree, read packagejson.Manifest) (project.Start, bool) {
	scripts := project.Scripts(tree, read)

	if read.Scripts[project.BuildScript(read, scripts)] == "" && source.IsFile(tree, static.IndexFile) && scripts.Script(startScript).ServesFiles() {
		return project.Start{}, false
	}

	if line := source.Procfile(tree, "web"); line != "" {
		if run := scripts.Line(line); startsServer(run) {
			return project.Start{Line: line, Run: run, Found: fmt.Sprintf("The line of Procfile for web is %q.", line)}, true
		}
	}

	text := strings.TrimSpace(read.Scripts[startScript])
	start := project.Start{Script: startScript, Run: scripts.Script(startScript), Found: fmt.Sprintf("The start script in package.json is %q.", text)}

	if text == "" || isForDevelopment(start.Run) {
		if production, ok := productionStart(read, scripts, text); ok {
			return production, true
		}
	}

	if text != "" {
		return start, startsServer(start.Run)
	}

	return startWithoutScript(tree, read, scripts)
}

// startWithoutScript decides what starts an app that has no script which does: the server that its framework builds, or a file.
func startWithoutScript(tree source.Tree, read packagejson.Manifest, scripts npmscript.Resolver) (project.Start, bool) {
	built, isSite := siteOf(tree, read, project.ConfigSettings{})

	if server, ok := adaptedServer(read); ok && (!isSite || built.only == nil) {
		return project.Start{Line: server.start, Run: scripts.Line(server.start), Found: fmt.Sprintf(
			"package.json has no start script, and %s builds a server that %q starts.", server.adapter, server.start)}, true
	}

	if isSite && !source.IsFile(tree, "server.js") {
		return project.Start{}, false
	}

	if name := project.ServerFile(tree, read); name != "" {
		return project.Start{File: name, Found: fmt.Sprintf("There is %s beside package.json, which has no start script.", name)}, true
	}

	return project.Start{}, false
}

const startScript = "start"

// productionStart is a script for production beside a start script that is none. false where there is none.
func productionStart(read packagejson.Manifest, scripts npmscript.Resolver, start string) (project.Start, bool) {
	// Angular names the script after the app.
	names := lo.Filter(lo.Keys(read.Scripts), func(name string, _ int) bool { return strings.HasPrefix(name, "serve:ssr") })
	slices.Sort(names)

	for _, name := range slices.Concat(productionScripts, names) {
		run := scripts.Script(name)
		isServer := lo.SomeBy(run.Ends, func(command npmscript.Command) bool { return slices.Contains(serverPrograms, command.Program()) })

		if isForDevelopment(run) || !isServer {
			continue
		}

		found := fmt.Sprintf("package.json has no start script, and its script %s is %q.", name, read.Scripts[name])
		if start != "" {
			found = fmt.Sprintf("The start script in package.json, %q, is for development, and its script %s is %q.", start, name, read.Scripts[name])
		}

		return project.Start{Script: name, Run: run, Found: found}, true
	}

	return project.Start{}, false
}

// foreignPrograms are those that start apps in other languages.
var foreignPrograms = []string{
	"gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "python", "python3", "flask", "streamlit", "poetry", "pipenv", "uv",
	"bundle", "ruby", "rackup", "puma", "rails", "java", "mvn", "mvnw", "gradle", "gradlew", "php", "heroku-php-apache2", "heroku-php-nginx",
	"go", "cargo", "dotnet", "mix", "perl", "plackup",
}

// checkForeignStart refuses an app whose Procfile starts it in another language.
func checkForeignStart(tree source.Tree, read packagejson.Manifest) error {
	web := source.Procfile(tree, "web")

	if lo.SomeBy(project.Scripts(tree, read).Line(web).Ends, func(command npmscript.Command) bool { return slices.Contains(foreignPrograms, command.Program()) }) {
		return problem.New(problem.Invalid, "Procfile starts %q, which is not to be had where package.json is built. Add a Dockerfile; "+
			"or, if what package.json builds is all that there is, remove the line from the Procfile.", web)
	}

	return nil
}

// checkStays refuses a start command that returns when it has started the server, as the app would end with it.
func checkStays(start project.Start) error {
	returns := func(command npmscript.Command) bool {
		return command.Is("pm2", "start") && !command.Has("--no-daemon") || command.Is("forever", "start")
	}

	if found, ok := start.Run.Find(returns); ok && lo.EveryBy(start.Run.Ends, returns) {
		return problem.New(problem.Invalid, "What starts the app ends in %q, which starts the server in the background and returns, and the app would end with it. "+
			"Let it stay: write pm2-runtime in place of pm2 start, or node with the file.", found.String())
	}

	return nil
}
