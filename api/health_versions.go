package api

import (
	"github.com/Masterminds/semver/v3"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/version"
)

// lookAtVersions compares the versions of all that runs with that of this API: those of neighbouring releases work together while an upgrade lasts. A process
// that is out of touch is told of elsewhere.
func (h *health) lookAtVersions(known platform) {
	const part = "versions"

	own := version.Get().Version
	running := 0

	compare := func(kind, name, other, upgrade string) {
		running++
		about := kind + " " + name

		switch {
		case other == own || other == "":
		case !areNeighbours(own, other):
			h.problem(part, about, upgrade, "the %s is of %s and %s of %s: these releases are no neighbours", about, other, known.observer, own)
		default:
			h.notice(part, about, upgrade, "the %s is of %s, and %s of %s", about, other, known.observer, own)
		}
	}

	for _, row := range known.nodes {
		if row.InTouch {
			compare("node", row.Node.Name, row.Node.Version, "end the upgrade: zeitwork nodes upgrade "+row.Node.Name)
		}
	}

	for _, row := range known.edges {
		if row.InTouch {
			compare("edge", row.Edge.Name, row.Edge.Version, "end the upgrade: run `zeitwork edge join` of that version on it")
		}
	}

	for _, row := range known.workers {
		if row.InTouch {
			compare("worker", row.Worker.Name, row.Worker.Version, "end the upgrade: start it anew with the other program")
		}
	}

	for _, builder := range known.builders {
		if builder.Version != "" {
			compare("builder", builder.Address, builder.Version, "end the upgrade: start `zeitwork builder` of that version")
		}
	}

	switch {
	case running == 0:
		h.ok(part, "%s is of %s, and nothing else is in touch", known.observer, own)
	case !h.has(part):
		h.ok(part, "all %d nodes, edges, workers and builders in touch are of %s's version, %s", running, known.observer, own)
	}
}

// areNeighbours tells whether two releases may run together. What is no release, as a build of a developer, may be anything.
func areNeighbours(one, other string) bool {
	a, errA := semver.NewVersion(one)
	b, errB := semver.NewVersion(other)

	if errA != nil || errB != nil {
		return true
	}

	if a.Major() != b.Major() {
		// The first release of the next major version follows the last of the one before.
		older, newer := lo.Ternary(a.LessThan(b), a, b), lo.Ternary(a.LessThan(b), b, a)

		return newer.Major()-older.Major() == 1 && newer.Minor() == 0
	}

	return max(a.Minor(), b.Minor())-min(a.Minor(), b.Minor()) <= 1
}
