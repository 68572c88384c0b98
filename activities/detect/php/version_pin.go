package php

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// phpPin is what a file besides composer.json says about the version of PHP. All fields are empty where none does.
type phpPin struct {
	file, text string
	// line is the line that text names, such as 8.3, or 8 where it leaves the second number open; empty for what is no version, such as system.
	line string
}

// phpVersionFile is the file of phpenv and of Symfony's program.
const phpVersionFile = ".php-version"

// phpLine matches the line in 8.3, php-8.3.14 and 8.
var phpLine = regexp.MustCompile(`^(?:php-)?(\d+(?:\.\d+)?)(?:\.|$|-)`)

// pinned is what the first file says that names a version.
func pinned(files fs.FS) phpPin {
	pin := phpPin{file: phpVersionFile}

	if content, err := source.Read(files, phpVersionFile); err == nil {
		pin.text = lo.FirstOrEmpty(strings.Fields(string(content)))
	}

	if pin.text == "" {
		pin.file, pin.text = source.ToolVersion(files, "php")
	}

	if match := phpLine.FindStringSubmatch(pin.text); match != nil {
		pin.line = match[1]
	}

	return pin
}

// accepts tells whether a version is of the line.
func (p phpPin) accepts(version string) bool {
	return version == p.line || strings.HasPrefix(version, p.line+".")
}

// find returns the version that is pinned: Debian's, else an official image; false where the requirements exclude it, and where it is not to be had.
func (p phpPin) find(
	requirements []platformRequirement, table buildplan.Runtime, refusals map[string]*phpRefusal,
) (phpVersion, bool) {
	if p.line == "" {
		return phpVersion{}, false
	}

	because := fmt.Sprintf("%s asks for %s", p.file, p.text)

	if line, ok := table.Choose(func(line string) bool { return p.accepts(line) && table.Images[line] != "" && refusals[line] == nil }); ok {
		return phpVersion{Image: table.OfLine(line), because: because}, true
	}

	satisfies := satisfiesAll(requirements)
	found, ok := table.FindBeside(func(version *semver.Version) bool { return satisfies(version) && p.accepts(version.String()) }, []string{p.line})

	if _, err := official(requirements); !ok || err != nil {
		return phpVersion{}, false
	}

	return phpVersion{found, because + ", and Debian has no such version", true}, true
}

// ignored goes on with what is said of the version where the pin is not followed; empty where there is none.
func (p phpPin) ignored(requirements []platformRequirement, table buildplan.Runtime) string {
	if p.line == "" {
		return ""
	}

	why := "is not to be had here"
	newest := buildplan.NewestOf(p.line)

	if refusal, found := lo.Find(requirements, func(requirement platformRequirement) bool {
		return requirement.isPHP() && !satisfiesAll([]platformRequirement{requirement})(newest)
	}); found {
		why = "will not do, as " + refusal.String()
	} else if image := table.Lacking([]string{p.line}); image != "" {
		why = "is not to be had, as the registry has no image " + image
	}

	return fmt.Sprintf("; %s asks for %s, which %s", p.file, p.text, why)
}
