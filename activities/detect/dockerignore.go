package detect

import (
	"bytes"
	"errors"
	"io/fs"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const dockerignoreFile = ".dockerignore"

// unlessPresent returns the text for Plan.Dockerignore, which a .dockerignore of the source replaces.
func unlessPresent(app source, dockerignore string) string {
	if isFile(app, dockerignoreFile) {
		return ""
	}

	return dockerignore
}

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

// ignores tells whether a file is left out of the build.
func (r ignoreRules) ignores(name string) bool {
	if !r.own {
		return false
	}

	ignored, err := r.matcher.MatchesOrParentMatches(name)

	return err == nil && ignored
}
