package poll

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// event is something that somebody does to a repository.
type event struct {
	at         time.Time
	repository int
	kind       kind
}

type kind int

const (
	toMain kind = iota
	forced
	toOther
	deleteOther
)

// The shares of what people push, and the repositories that they push to. A few have a push every quarter of an hour in their working hours, some a few a
// day, most one in a week.
const (
	veryActiveShare, activeShare  = 0.005, 0.05
	veryActive, active, idle      = 60.0, 4.0, 0.15
	otherShare, forcedShare       = 0.1, 0.05
	deleteShare                   = 0.2 // Of the pushes to other branches.
	burstShare                    = 0.2
	longestBurst                  = 4
	nightWeight                   = 0.05
	zones                         = 4
	firstWorkingHour, workingTime = 8, 10
	// A robot that updates all repositories of an account, three times a day.
	robots, robotRepositories = 3, 80
	robotTime                 = 2 * time.Second
	shortestPause             = 2 * time.Second
)

// plan returns all pushes of the hours, in their order.
func (w *world) plan(start time.Time) []event {
	random := rand.New(rand.NewPCG(w.options.Seed, w.options.Seed)) //nolint:gosec // The same pushes each time are what it is for.
	hours := float64(w.options.Hours)

	var events []event

	for repository := range w.options.Repositories {
		for range count(random, w.rate(repository)*hours/hoursOfDay) {
			at := w.moment(random, start, repository)
			events = append(events, event{at, repository, kindOf(random)})

			if random.Float64() < burstShare {
				for range 1 + random.IntN(longestBurst) {
					at = at.Add(shortestPause + time.Duration(random.Int64N(int64(time.Minute))))
					events = append(events, event{at, repository, kindOf(random)})
				}
			}
		}
	}

	for range robots * w.options.Hours / hoursOfDay {
		at := start.Add(time.Duration(random.Float64() * hours * float64(time.Hour)))
		account := random.IntN(w.options.Installations)

		for n, repository := range w.of(account) {
			if n < robotRepositories {
				events = append(events, event{at.Add(time.Duration(random.Int64N(int64(robotTime)))), repository, toMain})
			}
		}
	}

	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })

	return events
}

const hoursOfDay = 24

// rate is how many pushes a repository has in a day. The active ones are spread over all installations.
func (w *world) rate(repository int) float64 {
	switch place := float64(repository) / float64(w.options.Repositories); {
	case place < veryActiveShare:
		return veryActive
	case place < activeShare:
		return active
	default:
		return idle
	}
}

// count is a whole number whose mean is the one given.
func count(random *rand.Rand, mean float64) int { return int(mean + random.Float64()) }

// moment is a time at which somebody works in the zone of the repository's account, mostly.
func (w *world) moment(random *rand.Rand, start time.Time, repository int) time.Time {
	zone := time.Duration(w.accountOf(repository)%zones) * hoursOfDay / zones * time.Hour

	for {
		at := start.Add(time.Duration(random.Float64() * float64(w.options.Hours) * float64(time.Hour)))

		hour := at.Add(zone).Hour()
		if hour >= firstWorkingHour && hour < firstWorkingHour+workingTime || random.Float64() < nightWeight {
			return at
		}
	}
}

func kindOf(random *rand.Rand) kind {
	switch share := random.Float64(); {
	case share < otherShare*deleteShare:
		return deleteOther
	case share < otherShare:
		return toOther
	case share < otherShare+forcedShare:
		return forced
	default:
		return toMain
	}
}

// push does it.
func (w *world) push(e event) pushed {
	w.pushes++
	made := pushed{repository: e.repository, at: e.at}
	change := fakegithub.Commit{
		Message: fmt.Sprintf("Change %d", w.pushes), Files: fakegithub.Text(map[string]string{"main.go": strconv.Itoa(w.pushes)}), Force: e.kind == forced,
	}

	switch e.kind {
	case deleteOther:
		w.github.DeleteBranch(w.repositories[e.repository], "other")
	case toOther:
		w.github.Push(w.repositories[e.repository], "other", change)
	case toMain, forced:
		made.commit = w.github.Push(w.repositories[e.repository], "main", change)
	}

	return made
}
