package detect

import (
	"cmp"
	"path"

	"github.com/samber/lo"
)

// turbo tells whether Turborepo knows how the workspace is built.
func (p *nodeProject) turbo() bool {
	return p.app.directory != "." && isFile(p.files, "turbo.json") && p.root.depends("turbo") && p.script("build") != ""
}

// buildCommand is run in the app's directory.
func (p *nodeProject) buildCommand() string {
	switch {
	case p.script("build") == "":
		return ""
	case p.turbo():
		// Turborepo would hide the variables that its configuration does not name from the build.
		return "TURBO_TELEMETRY_DISABLED=1 " + p.manager.execute("turbo run build --env-mode=loose --filter="+cmp.Or(p.app.manifest.Name, "."))
	default:
		return p.manager.run("build")
	}
}

// buildCommandOr is buildCommand for what must be built even if no script says how.
func (p *nodeProject) buildCommandOr(program string) string {
	if command := p.buildCommand(); command != "" {
		return command
	}

	return p.manager.execute(program)
}

// builtBefore are the build scripts of what the app needs of its workspace.
func (p *nodeProject) builtBefore() []laterScript {
	if p.turbo() {
		return nil
	}

	needed := neededBy(p.app, p.members)

	return lo.FilterMap(needed, func(known workspacePackage, _ int) (laterScript, bool) {
		return laterScript{Directory: path.Join(workDirectory, known.directory), Command: p.manager.run("build")}, known.manifest.Scripts["build"] != ""
	})
}
