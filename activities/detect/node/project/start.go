package project

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// Start is what starts an app in production: a script of package.json, a line of a shell, or a file. The others of the three are empty.
type Start struct {
	Script, Line, File string
	// Run is what the script or the line runs in the end.
	Run npmscript.Run
	// Found is a sentence: where that stands.
	Found string
}

// serverLibraries are packages that an app without a start script has a server by.
var serverLibraries = []string{
	"express", "fastify", "koa", "hono", "@hono/node-server", "@hapi/hapi", "restify", "polka", "h3", "elysia", "@feathersjs/feathers", "socket.io", "ws",
	"apollo-server", "@apollo/server", "graphql-yoga", "micro",
}

// ServerFile is the file that starts an app without a start script: server.js, which npm starts, else the main file of package.json unless there is an
// index.html, else one of the usual names where the app depends on a library for servers or runs on bun. It is empty where there is none.
func ServerFile(files fs.FS, manifest packagejson.Manifest) string {
	if source.IsFile(files, "server.js") {
		return "server.js"
	}

	if source.IsFile(files, "index.html") {
		return ""
	}

	name := path.Clean(manifest.Main)
	if manifest.Main != "" && source.IsFile(files, name) && buildplan.PlainPath.MatchString(name) {
		return name
	}

	extensions := []string{".js", ".mjs", ".cjs"}
	if runsOnBun(files, manifest) {
		extensions = append([]string{".ts", ".tsx"}, extensions...)
	} else if !lo.SomeBy(serverLibraries, manifest.Depends) {
		return ""
	}

	for _, name := range []string{"server", "index", "app", "main", "src/server", "src/index", "src/app", "src/main"} {
		for _, extension := range extensions {
			if source.IsFile(files, name+extension) {
				return name + extension
			}
		}
	}

	return ""
}

// runsOnBun tells whether bun is the app's package manager.
func runsOnBun(files fs.FS, manifest packagejson.Manifest) bool {
	return source.IsFile(files, lockfile.BunName) || source.IsFile(files, lockfile.BunBinaryName) ||
		strings.HasPrefix(manifest.PackageManager, packagemanager.Bun+"@")
}

var (
	// plainCommand matches commands that need no shell.
	plainCommand = regexp.MustCompile(`^(node|bun) [A-Za-z0-9_./=:@, -]+$`)
	// plainManagerCommand matches those of package managers.
	plainManagerCommand = regexp.MustCompile(`^(npm|yarn|pnpm|bun) [A-Za-z0-9_./=:@, -]+$`)
)

// StartBy has the server started as the app says, and decides which dependencies and package managers the image has. release is what the release command
// runs in the same image.
func (p *Project) StartBy(dockerfile *Dockerfile, start Start, release npmscript.Run) {
	dockerfile.StartWith(p.startCommand(start)...)

	if start.Line != "" && !plainManagerCommand.MatchString(start.Line) && !plainCommand.MatchString(start.Line) {
		dockerfile.Programs = lo.Uniq([]string{p.InApp("node_modules", ".bin"), path.Join(packagemanager.WorkDirectory, "node_modules", ".bin")})
	}

	managers := managersOf(start.Run)
	if start.File != "" {
		managers = lo.Intersect([]string{p.Manager.Name}, []string{packagemanager.Bun})
	}

	for _, name := range lo.Without(managers, packagemanager.NPM) {
		if name != p.Manager.Name {
			dockerfile.beside = append(dockerfile.beside, name)
		}

		dockerfile.WithManager = dockerfile.WithManager || name != p.Manager.Name || p.installed(p.Manager)
	}

	dockerfile.EmptyFiles = p.missingFiles(start.Run)

	if p.hasBuildDependencies() && p.canPrune() && !p.needsDevelopmentDependency(start.Run) && !p.needsDevelopmentDependency(release) {
		dockerfile.Prune = p.inInstallDirectory(p.Manager.Prune())
	}

	dockerfile.ModulesBuilt = p.usesPrisma() || lo.SomeBy(dockerfile.Later, changesDependencies) || p.installsBrowserLater(dockerfile)
}

// startCommand is the command that starts the app, without a shell and a package manager where it needs none.
func (p *Project) startCommand(start Start) []string {
	text := p.Script(start.Script)
	alone := p.Script("pre"+start.Script) == "" && p.Script("post"+start.Script) == ""

	switch {
	case start.File != "" && p.Manager.Name == packagemanager.Bun:
		return []string{packagemanager.Bun, start.File}
	case start.File != "":
		return []string{"node", start.File}
	case plainCommand.MatchString(start.Line) || plainManagerCommand.MatchString(start.Line):
		return strings.Fields(start.Line)
	case start.Line != "":
		return []string{"sh", "-c", start.Line}
	case alone && plainCommand.MatchString(text):
		return strings.Fields(text)
	case p.installed(p.Manager) && slices.Contains(managersOf(start.Run), p.Manager.Name):
		return strings.Fields(p.Manager.Run(start.Script))
	case start.Script == "start":
		// npm is in the image of Node, and runs scripts whichever manager installed the dependencies.
		return []string{packagemanager.NPM, "start"}
	default:
		return []string{packagemanager.NPM, "run", start.Script}
	}
}

// StartWith has the server started with that command.
func (d *Dockerfile) StartWith(words ...string) { d.Start = quoted(words) }

// quoted is a command in the JSON form of CMD.
func quoted(words []string) string {
	parts := lo.Map(words, func(word string, _ int) string {
		text, _ := json.Marshal(word) // A string always encodes.

		return string(text)
	})

	return "[" + strings.Join(parts, ", ") + "]"
}
