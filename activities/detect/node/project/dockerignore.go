package project

import (
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"

	_ "embed"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// dockerignore is the .dockerignore for sources that bring none. It leaves files such as .env and .env.production in the build, which Next.js, Nuxt and
// Vite read.
//
//go:embed templates/node.dockerignore
var dockerignore string

// generatedDockerignore is the plan's Dockerignore.
func (p *Project) generatedDockerignore() string {
	if p.ignore.Own {
		return ""
	}

	return dockerignore
}

// checkIgnored refuses a .dockerignore that leaves out what the installation of the dependencies needs.
func (p *Project) checkIgnored() error {
	needed := []string{packagejson.FileName}
	if p.Manager.Lockfile != "" {
		needed = append(needed, p.Manager.Lockfile)
	}

	if p.Manager.Release != "" {
		needed = append(needed, p.Manager.Release)
	}

	for _, member := range p.members {
		needed = append(needed, member.Directory+"/"+packagejson.FileName)
	}

	for _, name := range needed {
		if p.ignore.Ignores(name) {
			return problem.New(problem.Invalid, "%s leaves out %s, without which dependencies cannot be installed. "+
				"Remove the line that does, or add !%s below it.", source.DockerignoreName, name, name)
		}
	}

	return nil
}
