package source

import (
	"bytes"
	"errors"
	"io/fs"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// DockerignoreName is the name of the file in which a source says what builds do not see.
const DockerignoreName = ".dockerignore"

// GeneratedDockerignore returns the text for the plan's Dockerignore: none where the source has a .dockerignore, which then holds.
func GeneratedDockerignore(files fs.FS, dockerignore string) string {
	if IsFile(files, DockerignoreName) {
		return ""
	}

	return dockerignore
}

// IgnoreRules are the rules of the source's .dockerignore.
type IgnoreRules struct {
	// Own is false where the source has no .dockerignore. Nothing is ignored then.
	Own bool

	matcher *patternmatcher.PatternMatcher
}

// ReadIgnoreRules reads the .dockerignore in that directory. Its errors are the user's.
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

// Ignores tells whether the rules leave a file out of the build.
func (r IgnoreRules) Ignores(name string) bool {
	if !r.Own {
		return false
	}

	ignored, err := r.matcher.MatchesOrParentMatches(name)

	return err == nil && ignored
}
