package github

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// What GitHub counts apart.
const (
	core    = "core"
	graphQL = "graphql"
	search  = "search"
	// pages are what programs ask of GitHub's web pages to sign somebody in; no limit of the API is for them.
	pages = "pages"
)

// GitHub allows a caller 100 requests at once, and in a minute 900 points of REST and 2,000 of GraphQL. Several workers may act for one installation
// without knowing of each other, so that each keeps to a share of that.
const (
	mostAtOnce        = 20
	mostPoints        = 400
	mostGraphQLPoints = 900
	readPoints        = 1
	writePoints       = 5
	secondaryPause    = time.Minute
	// resetMargin is waited after the end of a window, which GitHub names by its own clock.
	resetMargin        = 2 * time.Second
	reserveDivisor     = 10
	graphQLQueriesOnce = 1
)

// budget is what one caller may ask of GitHub: one installation, the App itself, or one person.
type budget struct {
	now func() time.Time
	// slots and queries bound what is asked at once.
	slots, queries chan struct{}

	mutex   sync.Mutex
	windows map[string]window
	// flying are the requests that have no answer yet.
	flying map[string]int
	spent  map[string][]spending
	// paused is until when GitHub has asked for a pause.
	paused time.Time
	// interval is how long GitHub wants between two looks at the same thing.
	interval time.Duration
}

// window is the primary limit as GitHub's last answer had it.
type window struct {
	limit, remaining int
	reset            time.Time
}

// spending are points of the secondary limit.
type spending struct {
	at     time.Time
	points int
}

func newBudget(now func() time.Time) *budget {
	return &budget{
		now: now, slots: make(chan struct{}, mostAtOnce), queries: make(chan struct{}, graphQLQueriesOnce), windows: map[string]window{}, flying: map[string]int{},
		spent: map[string][]spending{},
	}
}

type backgroundKey struct{}

// Background marks what nobody waits for, such as polling: it leaves the last tenth of the primary limit to what people ask.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// take waits for a turn and takes a request from the budget, or fails at once with an Error whose reason is Limited. The caller ends the turn with release.
func (b *budget) take(ctx context.Context, resource string, points int) (release func(), err error) {
	turns := []chan struct{}{b.slots}
	if resource == graphQL {
		turns = append(turns, b.queries)
	}

	for n, turn := range turns {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			giveBack(turns[:n])

			return nil, context.Cause(ctx)
		}
	}

	if err := b.spend(ctx, resource, points); err != nil {
		giveBack(turns)

		return nil, err
	}

	return func() {
		b.landed(resource)
		giveBack(turns)
	}, nil
}

func giveBack(turns []chan struct{}) {
	for _, turn := range turns {
		<-turn
	}
}

func (b *budget) landed(resource string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.flying[resource]--
}

func (b *budget) spend(ctx context.Context, resource string, points int) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	now := b.now()
	if now.Before(b.paused) {
		return &Error{Reason: Limited, Until: b.paused, Detail: "GitHub asked for a pause"}
	}

	reserve := 0

	w := b.windows[resource]
	if ctx.Value(backgroundKey{}) != nil {
		reserve = w.limit / reserveDivisor
	}

	if w.limit > 0 && w.remaining-b.flying[resource] <= reserve && now.Before(w.reset) {
		return &Error{Reason: Limited, Until: w.reset, Detail: "the limit of " + strconv.Itoa(w.limit) + " for " + resource + " is used up"}
	}

	if until := b.afterMinute(resource, points, now); !until.IsZero() {
		return &Error{Reason: Limited, Until: until, Detail: "enough was asked within a minute"}
	}

	b.spent[resource] = append(b.spent[resource], spending{at: now, points: points})
	b.flying[resource]++

	return nil
}

// afterMinute returns when there is room for the points within a minute; zero for now.
func (b *budget) afterMinute(resource string, points int, now time.Time) time.Time {
	most := mostPoints
	if resource == graphQL {
		most = mostGraphQLPoints
	}

	recent, total := b.spent[resource][:0], points

	for _, s := range b.spent[resource] {
		if now.Sub(s.at) < time.Minute {
			recent = append(recent, s)
			total += s.points
		}
	}

	b.spent[resource] = recent

	for _, s := range recent {
		if total <= most {
			break
		}

		total -= s.points

		if total <= most {
			return s.at.Add(time.Minute)
		}
	}

	return time.Time{}
}
