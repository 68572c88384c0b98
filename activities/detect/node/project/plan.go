package project

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/lockfile"
)

// context is the plan's Context.
func (p *Project) context() string {
	if p.InWorkspace() {
		return p.top
	}

	return ""
}

// Plan begins the plan of a framework, with what the plans of all frameworks have.
func (p *Project) Plan(framework string) buildplan.Plan {
	versions := map[string]string{"node": p.Node.Version}
	if p.Manager.Version != "" {
		versions[p.Manager.Name] = p.Manager.Version
	}

	return buildplan.Plan{
		Framework: framework, Versions: versions, Port: cmp.Or(p.settings.Port, buildplan.DefaultPort), Context: p.context(), Dockerignore: p.generatedDockerignore(),
		Arguments: []string{}, Secrets: []string{}, Missing: p.Missing(),
	}
}

// NodeReason is a sentence: which version of Node it is, and why.
func (p *Project) NodeReason() string {
	return fmt.Sprintf("Node %s: %s.", p.Node.Version, p.Node.Because)
}

// Missing is the plan's Missing for the image of Node.
func (p *Project) Missing() map[string]string {
	return p.settings.BaseImages[buildplan.RuntimeNode].Missing(p.Node.Image, p.NodeReason())
}

// Reason is the plan's Reason: found, which is a sentence about the framework, and sentences about the workspace, Node and the package manager.
func (p *Project) Reason(found string) string {
	sentences := []string{found}

	if p.InWorkspace() {
		sentences = append(sentences, p.whereReason())
	}

	sentences = append(sentences, p.NodeReason())

	locked := fmt.Sprintf("%s: %s.", p.Manager.DisplayName(), p.Manager.Because)

	switch p.Manager.Lockfile {
	case "":
		sentences = append(sentences, fmt.Sprintf("There is no lockfile, so %s chooses the versions of the dependencies anew when they are installed, "+
			"and builds are not repeatable: run %s and commit the lockfile.", p.Manager.Name, p.Manager.PlainInstall()))
	case lockfile.BunBinaryName:
		sentences = append(sentences, locked, lockfile.BunBinaryName+" is bun's old lockfile, which bun alone can read, so that it is not known which "+
			"dependencies need a compiler: run bun install --save-text-lockfile --frozen-lockfile --lockfile-only, and commit bun.lock in its place.")
	default:
		sentences = append(sentences, locked)
	}

	return strings.Join(lo.Compact(append(sentences, p.Manager.Ignored, p.unused, p.otherSystem(), p.browserReason())), " ")
}
