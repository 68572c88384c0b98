package source

import (
	"io/fs"
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
		if words := strings.Fields(line); len(words) > 1 && lo.Contains(tools, strings.TrimPrefix(words[0], "core:")) {
			return toolVersionsName, words[1]
		}
	}

	return "", ""
}

// miseVersion reads a version as text, as the first of a list, or as an object.
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

	for tool, value := range config.Tools {
		if !lo.Contains(tools, strings.TrimPrefix(tool, "core:")) {
			continue
		}

		if list, ok := value.([]any); ok {
			value = lo.FirstOrEmpty(list)
		}

		if object, ok := value.(map[string]any); ok {
			value = object["version"]
		}

		if version, ok := value.(string); ok {
			return version
		}
	}

	return ""
}
