package project

import (
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/npmscript"
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

// needsDevelopmentDependency tells whether what runs needs a dependency that only the build should need, such as tsx: as its program, as one that starts the
// program, or as an argument.
func (p *Project) needsDevelopmentDependency(run npmscript.Run) bool {
	development := lo.OmitByKeys(lo.Assign(p.root.DevDependencies, p.App.Manifest.DevDependencies), lo.Keys(p.App.Manifest.Dependencies))
	words := run.Through

	for _, command := range run.Commands {
		for _, text := range append(lo.Values(command.Environment), command.Words...) {
			words = append(words, strings.FieldsFunc(text, func(letter rune) bool { return strings.ContainsRune(" =,", letter) })...)
		}
	}

	return lo.SomeBy(lo.Keys(development), func(name string) bool {
		return !strings.HasPrefix(name, "@types/") && lo.SomeBy(words, func(word string) bool {
			return word == name || word == npmscript.ProgramOf(name) || strings.HasPrefix(word, name+"/")
		})
	})
}
