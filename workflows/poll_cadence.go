package workflows

import (
	"math/rand/v2"
	"time"

	"github.com/zeitwork/zeitwork/internal/github"
)

const (
	// activeFor is how long after a push others are expected soon.
	activeFor = time.Hour
	// idleIntervals is how many times as long nobody looks at an installation where nothing was pushed for long. Two of them are still a minute and a half.
	idleIntervals = 4
	// unfollowedEvery is how often it is looked for projects of an installation that had none.
	unfollowedEvery = time.Minute
	// sweepEvery is how often all repositories of an installation are looked at, should GitHub not have told of a push. Those that were looked at within
	// freshFor are left out.
	sweepEvery = 10 * time.Minute
	freshFor   = 5 * time.Minute
	// pointsOfLook are what looking at an installation takes of GitHub's limit where something was pushed.
	pointsOfLook = 3
)

// jittered spreads a time by a tenth to both sides, so that what began together does not go on together.
func jittered(d time.Duration) time.Duration {
	const tenth = 10

	if d < tenth {
		return d
	}

	return d - d/tenth + rand.N(2*d/tenth) //nolint:gosec // Nothing depends on nobody guessing it.
}

// everyInstallation is how often an installation is looked at. While it has pushes that is twice as often as other repositories: a look costs little,
// however many repositories it has.
func everyInstallation(interval time.Duration, now, activeAt time.Time) time.Duration {
	if now.Sub(activeAt) < activeFor {
		return interval / 2 //nolint:mnd // Twice as often.
	}

	return idleIntervals * interval
}

// pace is how often an installation can be looked at with what is left of GitHub's limit until that begins anew. A tenth is left to what people ask.
func pace(cost github.Cost, now time.Time) time.Duration {
	const tenth = 10

	left := (cost.Remaining - cost.Remaining/tenth) / pointsOfLook
	if until := cost.ResetAt.Sub(now); until > 0 {
		return until / time.Duration(max(left, 1))
	}

	return 0
}
