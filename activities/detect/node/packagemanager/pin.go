package packagemanager

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// pin is what a place besides the fields of package.json for package managers says about a manager's version.
type pin struct {
	by, version string
}

// bunVersion is the file that names the version of bun.
const bunVersion = ".bun-version"

// pinOf is what the first place says that names a version of the manager: Volta's part of package.json, a file of mise or asdf, or bun's. Both fields are empty
// where none does.
func pinOf(files fs.FS, root packagejson.Manifest, manager string) pin {
	if version := strings.TrimSpace(root.Volta[manager]); version != "" {
		return pin{"volta in package.json", version}
	}

	if file, version := source.ToolVersion(files, manager); version != "" {
		return pin{file, version}
	}

	if content, err := source.Read(files, bunVersion); err == nil && manager == Bun {
		return pin{bunVersion, strings.TrimPrefix(strings.TrimSpace(string(content)), "bun-")}
	}

	return pin{}
}

// signs are files that only one manager reads.
var signs = []struct{ manager, file string }{{PNPM, packagejson.PNPMWorkspace}, {Yarn, BerryConfig}, {Bun, "bunfig.toml"}}

// signedManager is the manager that a source means where its lockfiles do not tell, and in a few words by what: the only one whose version is pinned, else the
// only one that has a file. locked are the managers that have a lockfile, of which it is one, unless there are none.
func signedManager(files fs.FS, root packagejson.Manifest, locked []string) (name, because string) {
	candidates := lo.Ternary(len(locked) > 0, locked, []string{PNPM, Yarn, Bun})
	byPin, byFile := map[string]string{}, map[string]string{}

	for _, manager := range candidates {
		if found := pinOf(files, root, manager); found.version != "" {
			byPin[manager] = found.by
		}
	}

	for _, sign := range signs {
		if lo.Contains(candidates, sign.manager) && source.IsFile(files, sign.file) {
			byFile[sign.manager] = sign.file
		}
	}

	for _, found := range []map[string]string{byPin, byFile} {
		for manager, by := range found {
			if len(found) == 1 {
				return manager, by
			}
		}
	}

	return "", ""
}

// follow returns the range of versions that a pin asks for. Where it cannot be followed that is empty, and there is a sentence about it; both are empty for
// words such as latest, which leave the version open.
func (m Manager) follow(asks pin, root packagejson.Manifest) (asked, ignored string) {
	version := strings.TrimPrefix(strings.ToLower(asks.version), "v")
	if version == "" || lo.Contains([]string{"latest", "lts", "system", "canary"}, version) {
		return "", ""
	}

	ignores := func(why string) string {
		return fmt.Sprintf("%s asks for %s %s, %s.", asks.by, m.Name, asks.version, why)
	}

	accepted, err := semver.NewConstraint(version)
	if err != nil || !plainRange.MatchString(version) {
		return "", ignores("which is not a version, so that it is left out of account")
	}

	if refuses(root.Engines[m.Name], version) {
		return "", ignores(fmt.Sprintf("which engines.%s in package.json does not accept, and that is what %s insists on", m.Name, m.Name))
	}

	if !m.sameGeneration(version, accepted) {
		return "", ignores("which does not install by " + lo.CoalesceOrEmpty(m.Lockfile, BerryConfig))
	}

	return version, ""
}

// refuses tells whether the range in engines excludes a version, or all of a line.
func refuses(engines, version string) bool {
	exact, err := semver.NewVersion(version)
	if err != nil || engines == "" {
		return false
	}

	accepted, err := semver.NewConstraint(engines)

	return err == nil && !accepted.Check(newestOfLine(version)) && !accepted.Check(exact)
}

// sameGeneration tells whether a range names, or accepts, a version of Yarn that has the commands and the lockfile of the manager. Other managers have one
// generation.
func (m Manager) sameGeneration(text string, accepted *semver.Constraints) bool {
	generation := lo.Ternary(m.Berry, lines[Yarn], []string{classicLine})

	return m.Name != Yarn || m.Berry == (Manager{Version: text}.major() > 1) ||
		lo.SomeBy(generation, func(line string) bool { return accepted.Check(newestOfLine(line)) })
}
