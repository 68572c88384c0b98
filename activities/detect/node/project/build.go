package project

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// turbo tells whether Turborepo builds the app, and what it needs of its workspace.
func (p *Project) turbo() bool {
	isThere := p.InWorkspace() && !p.installedApart && source.IsFile(p.topFiles, "turbo.json") && p.root.Depends("turbo")

	return isThere && p.buildScript == usualBuild && p.Script(usualBuild) != ""
}

// buildCommand is the command that builds the app, in the app's directory; empty where there is no build script.
func (p *Project) buildCommand() string {
	switch {
	case p.Script(p.buildScript) == "":
		return ""
	case p.byNX:
		return "NX_DAEMON=false NX_NO_CLOUD=true " + p.Manager.Execute("nx run "+p.App.Manifest.Name+":build")
	case p.turbo():
		return p.turboCommand()
	default:
		return p.Manager.Run(p.buildScript)
	}
}

// turboModes is the first release of Turborepo that knows modes of what a build sees of the environment.
var turboModes = semver.MustParse("1.10.0")

// turboCommand is the command by which Turborepo builds the app.
func (p *Project) turboCommand() string {
	before, options := "", ""
	if p.root.PackageManager == "" {
		// Since version 2 it does nothing without that field.
		before = fmt.Sprintf(`npm pkg set --prefix %s "packageManager=%s@$(%s --version)" && `, packagemanager.WorkDirectory, p.Manager.Name, p.Manager.Program())
	}

	asked := p.root.Installed()["turbo"]

	version, err := semver.NewVersion(cmp.Or(p.lock.VersionOf(".", "turbo", asked), strings.TrimLeft(asked, "^~>=v ")))
	if err != nil || !version.LessThan(turboModes) {
		// In its strict mode Turborepo hides all variables from the build that its configuration does not name.
		options = "--env-mode=loose "
	}

	return before + "TURBO_TELEMETRY_DISABLED=1 " + p.Manager.Execute("turbo run build "+options+"--filter="+cmp.Or(p.App.Manifest.Name, "."))
}

// Build is what the build script runs.
func (p *Project) Build() npmscript.Run { return p.scripts.Script(p.buildScript) }

// BuiltByNX tells whether Nx builds the app, which has no build script of its own.
func (p *Project) BuiltByNX() bool { return p.byNX }

// Run is what a script of the app runs.
func (p *Project) Run(name string) npmscript.Run { return p.scripts.Script(name) }

// BuildCommandOr is the command that builds the app: the build script, or a program of a dependency where there is no build script.
func (p *Project) BuildCommandOr(program string) string {
	if command := p.buildCommand(); command != "" {
		return command
	}

	return p.Manager.Execute(program)
}

// builtBefore are the build scripts of the packages of the workspace that the app needs, in their order. Turborepo runs them itself.
func (p *Project) builtBefore() []laterScript {
	if p.turbo() {
		return nil
	}

	needed := packagejson.NeededBy(p.App, p.members)

	return lo.FilterMap(needed, func(known packagejson.Package, _ int) (laterScript, bool) {
		later := laterScript{Directory: path.Join(packagemanager.WorkDirectory, known.Directory), Command: p.Manager.Run(usualBuild)}

		return later, known.Manifest.Scripts[usualBuild] != ""
	})
}
