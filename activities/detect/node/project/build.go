package project

import (
	"cmp"
	"path"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// turbo tells whether Turborepo knows how the workspace is built.
func (p *Project) turbo() bool {
	return p.App.Directory != "." && source.IsFile(p.files, "turbo.json") && p.root.Depends("turbo") && p.Script("build") != ""
}

// buildCommand is run in the app's directory.
func (p *Project) buildCommand() string {
	switch {
	case p.Script("build") == "":
		return ""
	case p.turbo():
		// Turborepo would hide the variables that its configuration does not name from the build.
		return "TURBO_TELEMETRY_DISABLED=1 " + p.Manager.Execute("turbo run build --env-mode=loose --filter="+cmp.Or(p.App.Manifest.Name, "."))
	default:
		return p.Manager.Run("build")
	}
}

// BuildCommandOr is buildCommand for what must be built even if no script says how.
func (p *Project) BuildCommandOr(program string) string {
	if command := p.buildCommand(); command != "" {
		return command
	}

	return p.Manager.Execute(program)
}

// builtBefore are the build scripts of what the app needs of its workspace.
func (p *Project) builtBefore() []laterScript {
	if p.turbo() {
		return nil
	}

	needed := packagejson.NeededBy(p.App, p.members)

	return lo.FilterMap(needed, func(known packagejson.Package, _ int) (laterScript, bool) {
		return laterScript{Directory: path.Join(packagemanager.WorkDirectory, known.Directory), Command: p.Manager.Run("build")}, known.Manifest.Scripts["build"] != ""
	})
}
