package fakegithub

import (
	"maps"
	"sync"
	"time"
)

// Limits are how much of the API one caller may use.
type Limits struct {
	// PerHour are requests to REST, and points of GraphQL, in an hour. Installations with many repositories have more: see hourly.
	PerHour int
	// AnonymousPerHour are requests of one address without a token.
	AnonymousPerHour int
	// SearchPerMinute are searches.
	SearchPerMinute int
	// AtOnce are requests that are being answered at the same time.
	AtOnce int
	// PointsPerMinute bound REST, where reading is one point and writing five; GraphQLPointsPerMinute bound GraphQL, with the same points.
	PointsPerMinute, GraphQLPointsPerMinute int
}

// DefaultLimits are those that GitHub documents.
func DefaultLimits() Limits {
	return Limits{
		PerHour: 5000, AnonymousPerHour: 60, SearchPerMinute: 30, AtOnce: 100, PointsPerMinute: 900, GraphQLPointsPerMinute: 2000, //nolint:mnd // GitHub's.
	}
}

// Resources are what GitHub counts apart.
const (
	resourceCore    = "core"
	resourceGraphQL = "graphql"
	resourceSearch  = "search"
)

const (
	repositoriesIncluded = 20
	extraPerRepository   = 50
	mostPerHour          = 12500
)

// hourly is the primary limit of an installation: more for each repository, and each member of the organization, beyond twenty.
func (l Limits) hourly(repositories, members int) int {
	extra := max(repositories-repositoriesIncluded, 0) + max(members-repositoriesIncluded, 0)

	return max(l.PerHour, min(l.PerHour+extraPerRepository*extra, mostPerHour))
}

// Usage is what one caller has used of the limits.
type Usage struct {
	// Requests were answered, of which NotModified cost nothing.
	Requests, NotModified int
	// Refused were over a limit. A client that keeps to the limits has none.
	Refused int
	// MostAtOnce, MostPointsPerMinute and MostGraphQLPointsPerMinute are the largest that there were, MostPerHour the largest share of a primary limit.
	MostAtOnce, MostPointsPerMinute, MostGraphQLPointsPerMinute, MostPerHour int
}

// usage counts what callers use. It has a mutex of its own, since requests that wait hold no other.
type usage struct {
	limits Limits

	mutex   sync.Mutex
	callers map[string]*callerUsage
}

type callerUsage struct {
	Usage

	atOnce  int
	windows map[string]*window
	minutes map[string][]spent
}

// window is an hour, or a minute of searches, that began with a request.
type window struct {
	reset time.Time
	limit int
	used  int
}

// spent are points of the secondary limit.
type spent struct {
	at     time.Time
	points int
}

func newUsage(limits Limits) *usage {
	return &usage{limits: limits, callers: map[string]*callerUsage{}}
}

// Usage returns what each caller has used so far: "installation ID", "user LOGIN", "app ID" or the address of one without a token.
func (s *Server) Usage() map[string]Usage {
	s.usage.mutex.Lock()
	defer s.usage.mutex.Unlock()

	all := make(map[string]Usage, len(s.usage.callers))
	for name, c := range s.usage.callers {
		all[name] = c.Usage
	}

	return all
}

// Refused returns how many requests of all callers were over a limit.
func (s *Server) Refused() int {
	total := 0
	for u := range maps.Values(s.Usage()) {
		total += u.Refused
	}

	return total
}

func (u *usage) of(caller string) *callerUsage {
	c := u.callers[caller]
	if c == nil {
		c = &callerUsage{windows: map[string]*window{}, minutes: map[string][]spent{}}
		u.callers[caller] = c
	}

	return c
}

// window returns the caller's window of a resource, a new one where the last is over.
func (c *callerUsage) window(resource string, limit int, now time.Time) *window {
	w := c.windows[resource]
	if w == nil || !now.Before(w.reset) {
		length := time.Hour
		if resource == resourceSearch {
			length = time.Minute
		}

		// Answers name the end in seconds.
		w = &window{reset: now.Truncate(time.Second).Add(length)}
		c.windows[resource] = w
	}

	w.limit = limit

	return w
}

// lastMinute returns the points of the last minute and forgets older ones.
func (c *callerUsage) lastMinute(resource string, now time.Time) int {
	recent, total := c.minutes[resource][:0], 0

	for _, s := range c.minutes[resource] {
		if now.Sub(s.at) < time.Minute {
			recent = append(recent, s)
			total += s.points
		}
	}

	c.minutes[resource] = recent

	return total
}
