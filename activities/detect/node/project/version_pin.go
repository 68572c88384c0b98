package project

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

var (
	// spacedOperator matches an operator with spaces behind it, as npm allows.
	spacedOperator = regexp.MustCompile(`([<>=~^])\s+`)
	engineStrict   = regexp.MustCompile(`(?m)^\s*engine-strict\s*=\s*true\b`)
	useNodeVersion = regexp.MustCompile(`(?m)^\s*use-node-version\s*=\s*(\S+)`)
)

// versionPin returns what the first place besides engines.node says that says anything.
func (p *Project) versionPin(table buildplan.Runtime) (wanted, error) {
	for _, place := range p.places() {
		if engine, ok := place.manifest.DevEngines.Runtime.Find("node"); ok && engine.Version != "" {
			read, err := p.readPin("devEngines.runtime in package.json", engine.Version, table)
			read.strict, read.because = p.Manager.Name == packagemanager.NPM && engine.Enforced(), "npm refuses another"

			return read, err
		}

		for _, name := range []string{".nvmrc", ".node-version"} {
			if text := firstWord(textOf(place.files, name)); text != "" {
				return p.readPin(name, text, table)
			}
		}

		if text := strings.TrimSpace(place.manifest.Volta["node"]); text != "" {
			return p.readPin("volta in package.json", text, table)
		}

		if text := p.pnpmNode(place.files); text != "" {
			return p.readPin("pnpm's setting useNodeVersion", text, table)
		}

		if file, text := source.ToolVersion(place.files, "nodejs", "node"); text != "" {
			return p.readPin(file, text, table)
		}
	}

	return anyVersion(), nil
}

// pnpmNode is the version of Node that pnpm is told to run scripts with; empty where it is not told, and for another manager.
func (p *Project) pnpmNode(files fs.FS) string {
	if p.Manager.Name != packagemanager.PNPM {
		return ""
	}

	if match := useNodeVersion.FindStringSubmatch(textOf(files, ".npmrc")); match != nil {
		return match[1]
	}

	version, _ := pnpmSettings(files)["useNodeVersion"].(string)

	return version
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

// textOf returns the text of a file; empty where it cannot be read.
func textOf(files fs.FS, name string) string {
	content, err := source.Read(files, name)
	if err != nil {
		return ""
	}

	return string(content)
}

// text is textOf of a file at the top of the workspace.
func (p *Project) text(name string) string { return textOf(p.topFiles, name) }

// ltsNames are the lines with long-term support, by the code names that .nvmrc has for them.
var ltsNames = map[string]string{
	"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14", "gallium": "16",
	"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24",
}

// readPin reads a version, a range, or a word such as "lts/*". "system" and the like say nothing.
func (p *Project) readPin(by, text string, table buildplan.Runtime) (wanted, error) {
	word := strings.TrimPrefix(strings.ToLower(text), "latest:")
	isLine := func(accepts func(major uint64) bool) wanted {
		return wanted{by: by, text: text, accepts: func(version *semver.Version) bool { return accepts(version.Major()) }}
	}

	switch word {
	case "system", "iojs":
		return anyVersion(), nil
	case "node", "stable", "current", "latest":
		newest := semver.MustParse(lo.LastOrEmpty(table.Versions())).Major()

		return isLine(func(major uint64) bool { return major == newest }), nil
	case "lts", "lts/*", "lts-latest":
		return isLine(func(major uint64) bool { return major%2 == 0 }), nil
	}

	if back, err := strconv.ParseUint(strings.TrimPrefix(word, "lts/-"), 10, 8); err == nil && strings.HasPrefix(word, "lts/-") {
		// The lines with long-term support have even numbers, and the default is one.
		before := semver.MustParse(table.Default).Major() - back - back

		return isLine(func(major uint64) bool { return major == before }), nil
	}

	name := strings.TrimPrefix(strings.TrimPrefix(word, "lts/"), "lts-")
	if line := ltsNames[name]; line != "" {
		word = line
	}

	read, err := parseRange(by, word)
	if err != nil {
		return wanted{}, problem.Wrap(err, problem.Invalid, "%s asks for Node %s, which is not a version. Write one such as %s.", by, text, table.Default)
	}

	read.text = text

	return read, nil
}
