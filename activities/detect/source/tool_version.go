package source

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/samber/lo"
)

// toolVersionsName is the file of asdf, which mise reads, too.
const toolVersionsName = ".tool-versions"

// miseNames are the files in which mise finds the versions of tools, in its order.
var miseNames = []string{"mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml"}

// ToolVersion returns the version of a tool that .tool-versions or a file of mise names, and that file; both are empty where none does. The tool may have
// several names.
func ToolVersion(files fs.FS, tools ...string) (file, version string) {
	for _, name := range miseNames {
		if version := miseVersion(files, name, tools); version != "" {
			return name, version
		}
	}

	content, err := Read(files, toolVersionsName)
	if err != nil {
		return "", ""
	}

	for line := range strings.Lines(string(content)) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 1 && lo.Contains(tools, withoutBackend(words[0])) {
			return toolVersionsName, withoutPrefix(words[1])
		}
	}

	return "", ""
}

// withoutBackend is the name of a tool without what mise gets it by: core:node, npm:pnpm.
func withoutBackend(tool string) string {
	return strings.TrimPrefix(strings.TrimPrefix(tool, "core:"), "npm:")
}

// withoutPrefix is a version without the word by which mise means the newest release that begins with it.
func withoutPrefix(version string) string { return strings.TrimPrefix(version, "prefix:") }

// miseVersion reads a version as text, as a number, as the first of a list, or as an object. What is none of these says nothing.
func miseVersion(files fs.FS, name string, tools []string) string {
	content, err := Read(files, name)
	if err != nil {
		return ""
	}

	var config struct {
		Tools map[string]any `toml:"tools"`
	}

	if toml.Unmarshal(content, &config) != nil {
		return ""
	}

	for _, tool := range slices.Sorted(maps.Keys(config.Tools)) {
		if !lo.Contains(tools, withoutBackend(tool)) {
			continue
		}

		value := config.Tools[tool]
		if list, ok := value.([]any); ok {
			value = lo.FirstOrEmpty(list)
		}

		if object, ok := value.(map[string]any); ok {
			value = object["version"]
		}

		switch version := value.(type) {
		case string:
			return withoutPrefix(strings.TrimSpace(version))
		case int64, float64:
			return fmt.Sprint(version)
		}
	}

	return ""
}
