package project

import (
	"path"
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
)

// canPrune tells whether the manager can take dependencies away. bun, which installs anew, would run the app's scripts without what they need, and leave
// the packages of a workspace as they are.
func (p *Project) canPrune() bool {
	scripts := len(p.runByInstall(p.App)) + len(p.hookScripts(nil))

	return p.Manager.Name != packagemanager.Bun || p.Manager.Lockfile != "" && len(p.members)+scripts == 0 && !p.usesPrisma()
}

// changesDependencies tells whether a script may change node_modules. prepare does not, as it builds the package itself.
func changesDependencies(script laterScript) bool { return script.name != "prepare" }

// hasBuildDependencies tells whether there are dependencies that only the build needs.
func (p *Project) hasBuildDependencies() bool {
	return lo.SomeBy(p.packages(), func(known packagejson.Package) bool { return len(known.Manifest.DevDependencies) > 0 })
}

// programs are the names of the programs that are named otherwise than the package that brings them, by the package.
var programs = map[string]string{
	"@nestjs/cli": "nest", "typescript": "tsc", "@remix-run/serve": "remix-serve", "@react-router/serve": "react-router-serve", "dotenv-cli": "dotenv",
}

// startsWithDevelopmentDependency tells whether the start script needs a dependency that only the build should need, such as tsx.
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
