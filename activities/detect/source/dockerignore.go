package source

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"

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
	return readIgnoreRules(files, DockerignoreName)
}

// ReadIgnoreRulesOf reads the .dockerignore that belongs to the Dockerfile of that name alone, where there is one, as BuildKit does.
func ReadIgnoreRulesOf(files fs.FS, dockerfile string) (IgnoreRules, error) {
	if name := dockerfile + DockerignoreName; IsFile(files, name) {
		return readIgnoreRules(files, name)
	}

	return ReadIgnoreRules(files)
}

func readIgnoreRules(files fs.FS, name string) (IgnoreRules, error) {
	content, err := Read(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return IgnoreRules{}, nil
	}

	var patterns []string
	if err == nil {
		patterns, err = ignorefile.ReadAll(bytes.NewReader(content))
	}

	if err == nil {
		err = checkPatterns(name, patterns)
	}

	var matcher *patternmatcher.PatternMatcher
	if err == nil {
		matcher, err = patternmatcher.New(patterns)
	}

	switch {
	case err == nil:
		return IgnoreRules{Own: true, matcher: matcher}, nil
	case problem.IsUsers(err):
		return IgnoreRules{}, err
	default:
		return IgnoreRules{}, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", name, err)
	}
}

// checkPatterns names the first line that is no pattern.
func checkPatterns(name string, patterns []string) error {
	for _, pattern := range patterns {
		matcher, err := patternmatcher.New([]string{strings.TrimPrefix(pattern, "!")})
		if err == nil {
			// Some of it is looked at only when it is used.
			_, err = matcher.MatchesOrParentMatches("x")
		}

		if err != nil {
			return problem.Wrap(err, problem.Invalid, "%s cannot be read: %q is no pattern. Correct the line: brackets come in pairs, and a backslash stands "+
				"before a character that is meant as it is.", name, pattern)
		}
	}

	return nil
}

// Ignores tells whether the rules leave a file out of the build.
func (r IgnoreRules) Ignores(name string) bool {
	if !r.Own {
		return false
	}

	ignored, err := r.matcher.MatchesOrParentMatches(name)

	return err == nil && ignored
}
