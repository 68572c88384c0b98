package project

import (
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Version is the line of Node that the app runs on.
type Version struct {
	Line  string
	Image string
	// Because says in a few words who asked for it.
	Because string
}

// ltsNames are the code names by which .nvmrc knows long-term support.
var ltsNames = map[string]string{"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}

// newestOfLine stands for the minor and patch number of the newest release of a line, which the table does not know.
const newestOfLine = 999

var versionInRange = regexp.MustCompile(`\d+(\.\d+)*`)

// chooseVersion decides by engines.node. Where that leaves a choice, .nvmrc, .node-version, volta and .tool-versions are asked, in this
// order, and then the table's default. What stands in the app's directory goes before what stands at the top of its workspace.
func chooseVersion(project *Project, table buildplan.Runtime) (Version, error) {
	accepts, file, asked := func(string) bool { return true }, "", ""

	for _, place := range project.places() {
		if wanted := place.manifest.Engines["node"]; wanted != "" && wanted != "*" {
			constraint, err := semver.NewConstraint(strings.ReplaceAll(wanted, ">= ", ">="))
			if err != nil {
				return Version{}, problem.Wrap(err, problem.Invalid,
					"engines.node in package.json is %q, which is not a range of versions. Write one such as %q.", wanted, table.Default+".x")
			}

			accepts = func(line string) bool { return lineSatisfies(line, constraint, wanted) }
			file, asked = "engines.node in package.json", wanted

			break
		}
	}

	chosen, ok := table.Choose(accepts)
	if !ok {
		return Version{}, unknownVersion(table, file, asked)
	}

	pin, wanted := versionPin(project)
	if pin != "" {
		line, ok := table.Choose(func(version string) bool { return pinMatches(version, wanted, table) })

		switch {
		case ok && accepts(line):
			chosen, file, asked = line, pin, wanted
		case file == "":
			return Version{}, unknownVersion(table, pin, wanted)
		}
	}

	because := "the default"
	if file != "" {
		because = fmt.Sprintf("%s asks for %s", file, asked)
	}

	return Version{Line: chosen, Image: table.Images[chosen], Because: because}, nil
}

// lineSatisfies takes a line for its newest release, and for those that the range names itself: an exact version is met by its line.
func lineSatisfies(line string, constraint *semver.Constraints, wanted string) bool {
	if constraint.Check(newestOf(line)) {
		return true
	}

	return lo.SomeBy(versionInRange.FindAllString(wanted, -1), func(named string) bool {
		version, err := semver.NewVersion(named)

		return err == nil && version.Major() == semver.MustParse(line).Major() && constraint.Check(version)
	})
}

func newestOf(line string) *semver.Version {
	version := semver.MustParse(line)

	return semver.New(version.Major(), newestOfLine, newestOfLine, "", "")
}

// versionPin returns the file that names a version, and the version.
func versionPin(project *Project) (string, string) {
	for _, place := range project.places() {
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

func firstWord(text string) string {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 {
			return words[0]
		}
	}

	return ""
}

// toolVersion reads the version of a tool from the file of asdf and mise.
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

func unknownVersion(table buildplan.Runtime, file, wanted string) error {
	return problem.New(problem.Invalid, "%s asks for Node %s, which is not to be had here. Change it to one of %s.",
		file, wanted, strings.Join(table.Versions(), ", "))
}
