package packagejson

import (
	"encoding/json"
	"io/fs"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/samber/lo"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// PNPMWorkspace is the file in which pnpm has the patterns of a workspace's packages, and settings.
const PNPMWorkspace = "pnpm-workspace.yaml"

// workspacePatterns returns the patterns of directories with packages below this one. It is empty where the package is not the top of a workspace.
func (m Manifest) workspacePatterns() []string {
	var patterns []string
	if json.Unmarshal(m.Workspaces, &patterns) == nil {
		return patterns
	}

	var object struct {
		Packages []string `json:"packages"`
	}

	_ = json.Unmarshal(m.Workspaces, &object)

	return object.Packages
}

// workspacePatterns returns the patterns of the package.json files of a workspace, such as "packages/*/package.json".
func workspacePatterns(files fs.FS, directory string) ([]string, error) {
	read, _, err := Read(files, directory)
	if err != nil {
		return nil, err
	}

	patterns := read.workspacePatterns()
	name := path.Join(directory, PNPMWorkspace)

	content, err := source.ReadUTF8(files, name)
	if problem.IsUsers(err) {
		return nil, err
	}

	if err == nil {
		var config struct {
			Packages []string `yaml:"packages"`
		}

		if err := yaml.Unmarshal(content, &config); err != nil {
			return nil, problem.Wrap(err, problem.Invalid, "%s cannot be read: %v. Correct it.", name, err)
		}

		patterns = append(patterns, config.Packages...)
	}

	return lo.Map(patterns, func(pattern string, _ int) string {
		not := ""
		if excluded, ok := strings.CutPrefix(pattern, "!"); ok {
			not, pattern = "!", excluded
		}

		return not + path.Join(".", strings.TrimPrefix(pattern, "/"), FileName)
	}), nil
}

// matchesWorkspace tells whether the patterns take in the package in that directory.
func matchesWorkspace(patterns []string, directory string) bool {
	matched, err := patternmatcher.MatchesOrParentMatches(path.Join(directory, FileName), patterns)

	return err == nil && matched
}
