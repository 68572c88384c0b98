package detect

import (
	"bytes"
	_ "embed"
	"errors"
	"io/fs"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// nodeDockerignore is what generated Dockerfiles do not see where the source does not say so itself. Files such as .env and .env.production
// that are committed stay: Next.js, Nuxt and Vite read them when they build.
//
//go:embed templates/node.dockerignore
var nodeDockerignore string

// ignoreRules are those of the source's .dockerignore.
type ignoreRules struct {
	own     bool
	matcher *patternmatcher.PatternMatcher
}

func readIgnoreRules(files fs.FS) (ignoreRules, error) {
	content, err := readBounded(files, dockerignoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		return ignoreRules{}, nil
	}

	var patterns []string
	if err == nil {
		patterns, err = ignorefile.ReadAll(bytes.NewReader(content))
	}

	var matcher *patternmatcher.PatternMatcher
	if err == nil {
		matcher, err = patternmatcher.New(patterns)
	}

	if err != nil {
		return ignoreRules{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", dockerignoreFile, err)
	}

	return ignoreRules{own: true, matcher: matcher}, nil
}

// text is Plan.Dockerignore.
func (r ignoreRules) text() string {
	if r.own {
		return ""
	}

	return nodeDockerignore
}

// ignores tells whether a file is left out of the build.
func (r ignoreRules) ignores(name string) bool {
	if !r.own {
		return false
	}

	ignored, err := r.matcher.MatchesOrParentMatches(name)

	return err == nil && ignored
}

// check refuses rules without which nothing can be installed.
func (r ignoreRules) check(project *nodeProject) error {
	needed := []string{manifestName}
	if project.manager.lockfile != "" {
		needed = append(needed, project.manager.lockfile)
	}

	if project.manager.release != "" {
		needed = append(needed, project.manager.release)
	}

	for _, member := range project.members {
		needed = append(needed, member.directory+"/"+manifestName)
	}

	for _, name := range needed {
		if r.ignores(name) {
			return problem.New(problem.Invalid, "%s leaves out %s, without which dependencies cannot be installed. "+
				"Remove the line that does, or add !%s below it.", dockerignoreFile, name, name)
		}
	}

	return nil
}
