package project

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// ServerFile is the file that starts an app without a start script: server.js, which npm starts, else the main file of package.json unless there is an
// index.html. It is empty where there is none.
func ServerFile(files fs.FS, manifest packagejson.Manifest) string {
	if source.IsFile(files, "server.js") {
		return "server.js"
	}

	name := path.Clean(manifest.Main)
	if manifest.Main == "" || !source.IsFile(files, name) || source.IsFile(files, "index.html") || !buildplan.PlainPath.MatchString(name) {
		return ""
	}

	return name
}

// plainCommand matches commands that need no shell.
var plainCommand = regexp.MustCompile(`^(node|bun) [A-Za-z0-9_./=:@, -]+$`)

// StartBy decides by the start script how the server starts, and which dependencies the image has.
func (p *Project) StartBy(dockerfile *Dockerfile) {
	start := p.Script("start")

	switch {
	case start == "":
		dockerfile.StartWith("node", ServerFile(p.appFiles, p.App.Manifest))
	case plainCommand.MatchString(start) && p.Script("prestart") == "" && p.Script("poststart") == "":
		dockerfile.StartWith(strings.Fields(start)...)
		dockerfile.WithManager = strings.HasPrefix(start, packagemanager.Bun)
	case p.Manager.Setup()+p.Manager.Release != "" && regexp.MustCompile(`\b`+p.Manager.Name+`x?\b`).MatchString(p.Script("prestart")+" "+start):
		dockerfile.StartWith(strings.Fields(p.Manager.Run("start"))...)
		dockerfile.WithManager = true
	default:
		// npm is in the image of Node, and runs scripts whichever manager installed the dependencies.
		dockerfile.StartWith("npm", "start")
	}

	if p.hasBuildDependencies() && p.canPrune() && !p.startsWithDevelopmentDependency() {
		dockerfile.Prune = p.Manager.Prune()
	}

	dockerfile.ModulesBuilt = p.usesPrisma() || lo.SomeBy(dockerfile.Later, changesDependencies)
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
