package detect

import (
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// nodeVersion is the line of Node that the app runs on.
type nodeVersion struct {
	version string
	image   string
	// because says in a few words who asked for it.
	because string
}

// ltsNames are the code names by which .nvmrc knows long-term support.
var ltsNames = map[string]string{"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}

// newestOfLine stands for the minor and patch number of the newest release of a line, which the table does not know.
const newestOfLine = 999

var versionInRange = regexp.MustCompile(`\d+(\.\d+)*`)

// chooseNode decides by engines.node. Where that leaves a choice, .nvmrc, .node-version, volta and .tool-versions are asked, in this
// order, and then the table's default. What stands in the app's directory goes before what stands at the top of its workspace.
func chooseNode(project *nodeProject, table Runtime) (nodeVersion, error) {
	accepts, file, asked := func(string) bool { return true }, "", ""

	for _, place := range project.places() {
		if wanted := place.manifest.Engines["node"]; wanted != "" && wanted != "*" {
			constraint, err := semver.NewConstraint(strings.ReplaceAll(wanted, ">= ", ">="))
			if err != nil {
				return nodeVersion{}, problem.Wrap(err, problem.Invalid,
					"engines.node in package.json is %q, which is not a range of versions. Write one such as %q.", wanted, table.Default+".x")
			}

			accepts = func(line string) bool { return lineSatisfies(line, constraint, wanted) }
			file, asked = "engines.node in package.json", wanted

			break
		}
	}

	chosen, ok := table.choose(accepts)
	if !ok {
		return nodeVersion{}, unknownNode(table, file, asked)
	}

	pin, wanted := nodePin(project)
	if pin != "" {
		line, ok := table.choose(func(version string) bool { return pinMatches(version, wanted, table) })

		switch {
		case ok && accepts(line):
			chosen, file, asked = line, pin, wanted
		case file == "":
			return nodeVersion{}, unknownNode(table, pin, wanted)
		}
	}

	because := "the default"
	if file != "" {
		because = fmt.Sprintf("%s asks for %s", file, asked)
	}

	return nodeVersion{version: chosen, image: table.Images[chosen], because: because}, nil
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

// nodePin returns the file that names a version, and the version.
func nodePin(project *nodeProject) (string, string) {
	for _, place := range project.places() {
		for _, name := range []string{".nvmrc", ".node-version"} {
			if content, err := readBounded(place.files, name); err == nil {
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
	content, err := readBounded(files, ".tool-versions")
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

func pinMatches(line, wanted string, table Runtime) bool {
	wanted = strings.TrimPrefix(strings.ToLower(wanted), "v")

	switch wanted {
	case "node", "stable", "current", "latest":
		return line == lo.LastOrEmpty(table.versions())
	case "lts", "lts/*", "lts-latest":
		return semver.MustParse(line).Major()%2 == 0
	}

	if name, ok := strings.CutPrefix(wanted, "lts/"); ok {
		return line == cmp.Or(ltsNames[name], "none")
	}

	major, _, _ := strings.Cut(wanted, ".")

	return major == line
}

func unknownNode(table Runtime, file, wanted string) error {
	return problem.New(problem.Invalid, "%s asks for Node %s, which is not to be had here. Change it to one of %s.",
		file, wanted, strings.Join(table.versions(), ", "))
}
