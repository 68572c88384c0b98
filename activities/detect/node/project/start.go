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

// ServerFile is what starts without a start script: server.js, as npm has it, else the package's main file where it is no site.
func ServerFile(app fs.FS, read packagejson.Manifest) string {
	if source.IsFile(app, "server.js") {
		return "server.js"
	}

	if name := path.Clean(read.Main); read.Main != "" && source.IsFile(app, name) && !source.IsFile(app, "index.html") && buildplan.PlainPath.MatchString(name) {
		return name
	}

	return ""
}

// plainCommand needs no shell.
var plainCommand = regexp.MustCompile(`^(node|bun) [A-Za-z0-9_./=:@, -]+$`)

// StartBy decides how the server is started, and with which of its dependencies.
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
		// npm is in the image and runs what any manager has installed.
		dockerfile.StartWith("npm", "start")
	}

	if p.onlyBuilds() && p.canPrune() && !p.startsWithDevelopmentDependency() {
		dockerfile.Prune = p.Manager.Prune()
	}

	dockerfile.ModulesBuilt = p.usesPrisma() || lo.SomeBy(dockerfile.Later, changesDependencies)
}

func (d *Dockerfile) StartWith(words ...string) { d.Start = quoted(words) }

// quoted is the JSON form of a Dockerfile's CMD.
func quoted(words []string) string {
	parts := lo.Map(words, func(word string, _ int) string {
		text, _ := json.Marshal(word) // A string always encodes.

		return string(text)
	})

	return "[" + strings.Join(parts, ", ") + "]"
}
