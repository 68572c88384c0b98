package project

import (
	"cmp"
	"io/fs"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// versionPin returns the file that names one version, and what it names. Both are empty where no file does.
func (p *Project) versionPin() (file, version string) {
	for _, place := range p.places() {
		for _, name := range []string{".nvmrc", ".node-version"} {
			if content, err := source.Read(place.files, name); err == nil {
				if version := firstWord(string(content)); version != "" {
					return name, version
				}
			}
		}

		if place.manifest.Volta.Node != "" {
			return "volta in package.json", place.manifest.Volta.Node
		}

		if version := toolVersion(place.files, "nodejs", "node"); version != "" {
			return ".tool-versions", version
		}
	}

	return "", ""
}

// firstWord returns the first word that is no comment; empty where there is none.
func firstWord(text string) string {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			return words[0]
		}
	}

	return ""
}

// toolVersion reads the version of a tool from .tool-versions, the file of asdf and mise. The tool may have several names.
func toolVersion(files fs.FS, tools ...string) string {
	content, err := source.Read(files, ".tool-versions")
	if err != nil {
		return ""
	}

	for line := range strings.Lines(string(content)) {
		if words := strings.Fields(line); len(words) > 1 && lo.Contains(tools, words[0]) {
			return words[1]
		}
	}

	return ""
}

// ltsNames are the lines with long-term support, by the code names that .nvmrc has for them.
var ltsNames = map[string]string{"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}

// pinMatches tells whether a line is what a pin names: a version, or a word such as "lts/*".
func pinMatches(line, wanted string, table buildplan.Runtime) bool {
	wanted = strings.TrimPrefix(strings.ToLower(wanted), "v")

	switch wanted {
	case "node", "stable", "current", "latest":
		return line == lo.LastOrEmpty(table.Versions())
	case "lts", "lts/*", "lts-latest":
		return semver.MustParse(line).Major()%2 == 0
	}

	if name, ok := strings.CutPrefix(wanted, "lts/"); ok {
		return line == cmp.Or(ltsNames[name], "none")
	}

	major, _, _ := strings.Cut(wanted, ".")

	return major == line
}
