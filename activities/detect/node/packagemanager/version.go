package packagemanager

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
)

// lockfileLines are the lines of versions that write lockfiles of a format, by manager, and behind "" the line where the format says nothing.
var lockfileLines = map[string]map[string]string{
	// pnpm 9 and 10 write the same format. Only pnpm 9 runs the scripts of dependencies unasked, and what was written with pnpm 10 installs with it as well.
	PNPM: {"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8", "9.0": "9", "": "10"},
	Yarn: {"4": "2", "5": "3", "6": "3", "": "4"},
	Bun:  {"": "1"},
}

// lines are all lines of a manager's versions, the newest first, from which a range chooses.
var lines = map[string][]string{
	NPM: {"11", "10", "9", "8", "7", "6"}, PNPM: {"11", "10", "9", "8", "7", "6"}, Yarn: {"4", "3", "2"}, Bun: {"1"},
}

// classicLine is the last version of Yarn 1.
const classicLine = "1.22.22"

// plainRange matches the ranges that a command can name in quotes.
var plainRange = regexp.MustCompile(`^[0-9A-Za-z.*<>=~^|+ -]+$`)

// Source is what tells the version of a manager.
type Source struct {
	// Files are those at the top of the workspace, and Root is the package.json there.
	Files fs.FS
	Root  packagejson.Manifest
	// LockFormat is the format of the lockfile; empty where it has none.
	LockFormat string
	// Settings says that there are settings of pnpm that pnpm 9 does not know.
	Settings bool
	// EngineStrict says that npm refuses another version of itself than engines.npm accepts.
	EngineStrict bool
}

// ChooseVersion completes a manager whose version packageManager in package.json does not name: devEngines, a pin or engines may ask for one, and the format
// of the lockfile tells which line wrote it.
func (m Manager) ChooseVersion(source Source) Manager {
	if m.Version != "" {
		return m
	}

	if m.Version = m.lineOf(source.LockFormat); m.Name == PNPM && source.LockFormat == "9.0" && source.Settings {
		m.Version = lockfileLines[PNPM][""]
	}

	var asked, by string
	asked, by, m.Ignored = m.asked(source)

	accepted, err := semver.NewConstraint(asked)
	if asked == "" || err != nil || !plainRange.MatchString(asked) || !m.sameGeneration(asked, accepted) {
		return m
	}

	fits := func(line string) bool { return accepted.Check(newestOfLine(line)) }
	if m.Version != "" && fits(m.Version) || m.onlyWarns(by, source.EngineStrict, fits) {
		return m
	}

	if line, ok := lo.Find(m.nearestLines(), fits); ok && m.Name != NPM {
		m.Version = line
	} else {
		m.Version = asked
	}

	m.Because = lo.Ternary(m.Because == by, "", m.Because+", and ") + by + " asks for " + asked

	return m
}

// onlyWarns tells whether the npm of the image will do, whatever engines asks for: npm insists on that only where it is told to.
func (m Manager) onlyWarns(by string, engineStrict bool, fits func(line string) bool) bool {
	return m.Name == NPM && strings.HasPrefix(by, "engines.") && (!engineStrict || lo.EveryBy(imageNPM, fits))
}

// imageNPM are the lines of the npm that images of Node have.
var imageNPM = []string{"10", "11"}

// nearestLines are the lines that a range chooses from: those that are newer than the one that writes such a lockfile, the next one first, and then the
// older ones.
func (m Manager) nearestLines() []string {
	if m.Name == Yarn && !m.Berry {
		return []string{classicLine}
	}

	older, newer := lo.FilterReject(lines[m.Name], func(line string, _ int) bool { return (Manager{Version: line}).major() < m.major() })
	slices.Reverse(newer)

	return append(newer, older...)
}

// lineOf is the line that writes such a lockfile.
func (m Manager) lineOf(format string) string {
	if m.Name == Yarn && !m.Berry {
		return classicLine
	}

	known := lockfileLines[m.Name]

	return lo.CoalesceOrEmpty(known[format], known[""])
}

const developedBy = "devEngines.packageManager in package.json"

// asked returns the range of versions that the source asks for, and where. Managers refuse another version of themselves than the fields for them in
// package.json say. ignored is a sentence about a pin that cannot be followed.
func (m Manager) asked(source Source) (asked, by, ignored string) {
	root := source.Root

	if name, declared, _ := strings.Cut(root.PackageManager, "@"); name == m.Name && declared != "" {
		return declared, "packageManager in package.json", ""
	}

	if engine, ok := root.DevEngines.PackageManager.Find(m.Name); ok && engine.Version != "" {
		return strings.TrimSpace(engine.Version), developedBy, ""
	}

	found := pinOf(source.Files, root, m.Name)
	if asked, ignored = m.follow(found, root); asked != "" {
		return asked, found.by, ""
	}

	return strings.TrimSpace(root.Engines[m.Name]), "engines." + m.Name + " in package.json", ignored
}

// newestOfLine stands for the newest release of a line, which is the line itself where it has three numbers.
func newestOfLine(line string) *semver.Version {
	const newest = 999

	version := semver.MustParse(line)
	if strings.Contains(line, ".") {
		return version
	}

	return semver.New(version.Major(), newest, newest, "", "")
}

// DisplayName is the manager's name with its version, where that is known.
func (m Manager) DisplayName() string {
	if m.Version == "" {
		return m.Name
	}

	return fmt.Sprintf("%s %s", m.Name, m.Version)
}
