package detect

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"
)

// serverFile is what starts without a start script: server.js, as npm has it, else the package's main file where it is no site.
func serverFile(app fs.FS, read manifest) string {
	if isFile(app, "server.js") {
		return "server.js"
	}

	if name := path.Clean(read.Main); read.Main != "" && isFile(app, name) && !isFile(app, "index.html") && plainPath.MatchString(name) {
		return name
	}

	return ""
}

// plainCommand needs no shell.
var plainCommand = regexp.MustCompile(`^(node|bun) [A-Za-z0-9_./=:@, -]+$`)

// startBy decides how the server is started, and with which of its dependencies.
func (p *nodeProject) startBy(dockerfile *nodeDockerfile) {
	start := p.script("start")

	switch {
	case start == "":
		dockerfile.startWith("node", serverFile(p.appFiles, p.app.manifest))
	case plainCommand.MatchString(start) && p.script("prestart") == "" && p.script("poststart") == "":
		dockerfile.startWith(strings.Fields(start)...)
		dockerfile.WithManager = strings.HasPrefix(start, bun)
	case p.manager.setup()+p.manager.release != "" && regexp.MustCompile(`\b`+p.manager.name+`x?\b`).MatchString(p.script("prestart")+" "+start):
		dockerfile.startWith(strings.Fields(p.manager.run("start"))...)
		dockerfile.WithManager = true
	default:
		// npm is in the image and runs what any manager has installed.
		dockerfile.startWith("npm", "start")
	}

	if p.onlyBuilds() && p.canPrune() && !p.startsWithDevelopmentDependency() {
		dockerfile.Prune = p.manager.prune()
	}

	dockerfile.ModulesBuilt = p.usesPrisma() || lo.SomeBy(dockerfile.Later, changesDependencies)
}

func (d *nodeDockerfile) startWith(words ...string) { d.Start = quoted(words) }

// quoted is the JSON form of a Dockerfile's CMD.
func quoted(words []string) string {
	parts := lo.Map(words, func(word string, _ int) string {
		text, _ := json.Marshal(word) // A string always encodes.

		return string(text)
	})

	return "[" + strings.Join(parts, ", ") + "]"
}
