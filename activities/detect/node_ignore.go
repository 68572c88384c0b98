package detect

import (
	_ "embed"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// nodeDockerignore is what generated Dockerfiles do not see where the source does not say so itself. Files such as .env and .env.production
// that are committed stay: Next.js, Nuxt and Vite read them when they build.
//
//go:embed templates/node.dockerignore
var nodeDockerignore string

// dockerignore is Plan.Dockerignore.
func (p *nodeProject) dockerignore() string {
	if p.ignore.own {
		return ""
	}

	return nodeDockerignore
}

// checkIgnored refuses rules without which nothing can be installed.
func (p *nodeProject) checkIgnored() error {
	needed := []string{manifestName}
	if p.manager.lockfile != "" {
		needed = append(needed, p.manager.lockfile)
	}

	if p.manager.release != "" {
		needed = append(needed, p.manager.release)
	}

	for _, member := range p.members {
		needed = append(needed, member.directory+"/"+manifestName)
	}

	for _, name := range needed {
		if p.ignore.ignores(name) {
			return problem.New(problem.Invalid, "%s leaves out %s, without which dependencies cannot be installed. "+
				"Remove the line that does, or add !%s below it.", dockerignoreFile, name, name)
		}
	}

	return nil
}
