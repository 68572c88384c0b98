package project

import (
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// wanted is what a place in the source says about the version of Node.
type wanted struct {
	// by is the place, and text is what stands there. Both are empty where nothing asks for a version.
	by, text string
	accepts  func(version *semver.Version) bool
	// named are the versions that text names, the newest first.
	named []string
	// strict says that the package manager refuses a version that it does not accept, and because is the end of a sentence about that.
	strict  bool
	because string
}

// refuses tells whether the package manager refuses a version.
func (w wanted) refuses(version *semver.Version) bool { return w.strict && !w.accepts(version) }

// anyVersion is what a source wants that says nothing.
func anyVersion() wanted {
	return wanted{accepts: func(*semver.Version) bool { return true }}
}

// parseRange reads a range of versions as npm writes it.
func parseRange(by, text string) (wanted, error) {
	constraint, err := semver.NewConstraint(spacedOperator.ReplaceAllString(strings.TrimPrefix(strings.TrimSpace(text), "v"), "$1"))
	if err != nil {
		return wanted{}, err
	}

	return wanted{by: by, text: text, accepts: constraint.Check, named: buildplan.Named(text)}, nil
}

// enginesWanted reads engines.node.
func (p *Project) enginesWanted(table buildplan.Runtime) (wanted, error) {
	const by = "engines.node in package.json"

	for _, place := range p.places() {
		text := place.manifest.Engines["node"]
		if text == "" || text == "*" {
			continue
		}

		read, err := parseRange(by, text)
		if err != nil {
			// Some write what stands in .nvmrc, which npm passes over.
			if named, err := p.readPin(by, text, table); err == nil {
				return named, nil
			}

			return wanted{}, problem.Wrap(err, problem.Invalid, "%s is %q, which is not a range of versions. Write one such as %q.", by, text, table.Default+".x")
		}

		read.strict, read.because = p.enforcesEngines()

		return read, nil
	}

	return anyVersion(), nil
}

// enforcesEngines tells whether the package manager refuses another version of Node than engines.node asks for, and why.
func (p *Project) enforcesEngines() (bool, string) {
	switch {
	case p.Manager.Name == packagemanager.Yarn && !p.Manager.Berry:
		return true, "Yarn 1 refuses another"
	case engineStrict.MatchString(textOf(p.managerFiles(), ".npmrc")):
		return true, "engine-strict in .npmrc refuses another"
	default:
		return false, ""
	}
}
