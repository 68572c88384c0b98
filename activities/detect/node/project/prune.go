package project

import (
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
)

// canPrune is false where bun, which installs anew instead, would run scripts without what they need, or leave a workspace's packages as they are.
func (p *Project) canPrune() bool {
	return p.Manager.Name != packagemanager.Bun || p.Manager.Lockfile != "" && len(p.members) == 0 && len(p.runByInstall(p.App)) == 0 && !p.usesPrisma()
}

// changesDependencies tells whether a script may do something to node_modules: prepare is there to build the package itself.
func changesDependencies(script laterScript) bool { return script.name != "prepare" }

// onlyBuilds tells whether there are dependencies that the finished app does not need.
func (p *Project) onlyBuilds() bool {
	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool { return len(known.Manifest.DevDependencies) > 0 })
}

// programs are those that have another name than their package.
var programs = map[string]string{
	"@nestjs/cli": "nest", "typescript": "tsc", "@remix-run/serve": "remix-serve", "@react-router/serve": "react-router-serve", "dotenv-cli": "dotenv",
}

// startsWithDevelopmentDependency tells whether the start script would miss what is taken out, such as tsx.
func (p *Project) startsWithDevelopmentDependency() bool {
	words := regexp.MustCompile(`[^\w@-]+`).Split(p.Script("prestart")+" "+p.Script("start"), -1)
	development := lo.OmitByKeys(lo.Assign(p.root.DevDependencies, p.App.Manifest.DevDependencies), lo.Keys(p.App.Manifest.Dependencies))

	return lo.SomeBy(lo.Keys(development), func(name string) bool {
		program := programs[name]
		if program == "" {
			program = path.Base(name)
		}

		return lo.Contains(words, program) && !strings.HasPrefix(name, "@types/")
	})
}
