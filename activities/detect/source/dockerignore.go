package source

import (
	"bytes"
	"errors"
	"io/fs"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const DockerignoreName = ".dockerignore"

// GeneratedDockerignore returns the text for Plan.Dockerignore, which a .dockerignore of the source replaces.
func GeneratedDockerignore(app Tree, dockerignore string) string {
	if IsFile(app, DockerignoreName) {
		return ""
	}

	return dockerignore
}

// IgnoreRules are those of the source's .dockerignore.
type IgnoreRules struct {
	Own     bool
	matcher *patternmatcher.PatternMatcher
}

func ReadIgnoreRules(files fs.FS) (IgnoreRules, error) {
	content, err := Read(files, DockerignoreName)
	if errors.Is(err, fs.ErrNotExist) {
		return IgnoreRules{}, nil
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
		return IgnoreRules{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", DockerignoreName, err)
	}

	return IgnoreRules{Own: true, matcher: matcher}, nil
}

// Ignores tells whether a file is left out of the build.
func (r IgnoreRules) Ignores(name string) bool {
	if !r.Own {
		return false
	}

	ignored, err := r.matcher.MatchesOrParentMatches(name)

	return err == nil && ignored
}
