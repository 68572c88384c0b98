package project

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Version is the version of Node that the app runs on.
type Version struct {
	buildplan.Image

	// Because says in a few words who asked for it.
	Because string
}

// newest is the newest release that the version may be.
func (v Version) newest() *semver.Version { return buildplan.NewestOf(v.Version) }

// chooseVersion decides by engines.node. Where that leaves a choice, the first of the other places that name a version decides, and else the table's
// default. The app's directory comes before the top of its workspace.
func (p *Project) chooseVersion(table buildplan.Runtime) (Version, error) {
	engines, err := p.enginesWanted(table)
	if err != nil {
		return Version{}, err
	}

	pinned, err := p.versionPin(table)
	if err != nil && engines.by == "" {
		return Version{}, err
	}

	if pinned.by != "" {
		both := pinned
		both.accepts = func(version *semver.Version) bool { return pinned.accepts(version) && engines.accepts(version) }

		found, ok := both.find(table)
		if ok && !pinned.refuses(found.newest()) && !engines.refuses(found.newest()) {
			return found, nil
		}

		if engines.by == "" {
			return Version{}, unknownVersion(table, pinned)
		}
	}

	if found, ok := engines.find(table); ok && !engines.refuses(found.newest()) {
		return found, nil
	}

	return Version{}, unknownVersion(table, engines)
}

// find returns the image of a version that is wanted. Where the registry turned out not to have the exact one, it is the newest of its line, which the package
// manager may refuse.
func (w wanted) find(table buildplan.Runtime) (Version, bool) {
	because := "the default"
	if w.by != "" {
		because = fmt.Sprintf("%s asks for %s", w.by, w.text)
	}

	if found, ok := table.Find(w.accepts, w.named); ok {
		return Version{found, because}, true
	}

	found, ok := table.Nearest(w.accepts, w.named)
	if !ok {
		return Version{}, false
	}

	if image := table.Lacking(w.named); image != "" {
		because += fmt.Sprintf(", and the registry has no image %s, so that it is the newest release of this line", image)
	}

	return Version{found, because}, true
}

// unknownVersion is the error for a version that is not to be had.
func unknownVersion(table buildplan.Runtime, wanted wanted) error {
	which := "which is not to be had here"
	if image := table.Lacking(wanted.named); image != "" {
		which = "and the registry has no image " + image
	}

	if wanted.strict {
		which += ", and " + wanted.because
	}

	return problem.New(problem.Invalid, "%s asks for Node %s, %s. Change it to the newest of a line, such as %s.x, or add a Dockerfile: there are %s.",
		wanted.by, wanted.text, which, table.Default, strings.Join(table.Versions(), ", "))
}
