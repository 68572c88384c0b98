package fakegithub

import (
	"net/http"
	"strconv"
	"time"
)

// demand is what a request asks of the limits.
type demand struct {
	caller   string
	resource string
	// limit is the caller's primary one.
	limit int
	// points are those of the secondary limit.
	points int
}

const (
	readPoints  = 1
	writePoints = 5
)

// refusal says which limit a request is over.
type refusal int

const (
	admitted refusal = iota
	primaryLimit
	secondaryLimit
)

// admit takes a request up, or says which limit it is over. One that was admitted ends with done.
func (u *usage) admit(d demand, now time.Time) refusal {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	c := u.of(d.caller)
	c.Requests++

	mostPoints := u.limits.PointsPerMinute
	if d.resource == resourceGraphQL {
		mostPoints = u.limits.GraphQLPointsPerMinute
	}

	points := c.lastMinute(d.resource, now) + d.points
	w := c.window(d.resource, d.limit, now)

	switch {
	case w.used >= w.limit:
		c.Refused++

		return primaryLimit
	case c.atOnce >= u.limits.AtOnce || points > mostPoints:
		c.Refused++

		return secondaryLimit
	}

	c.atOnce++
	c.MostAtOnce = max(c.MostAtOnce, c.atOnce)
	c.minutes[d.resource] = append(c.minutes[d.resource], spent{at: now, points: d.points})

	if d.resource == resourceGraphQL {
		c.MostGraphQLPointsPerMinute = max(c.MostGraphQLPointsPerMinute, points)
	} else {
		c.MostPointsPerMinute = max(c.MostPointsPerMinute, points)
	}

	return admitted
}

func (u *usage) done(d demand) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	u.of(d.caller).atOnce--
}

// charge takes the cost of an answer from the primary limit: nothing for one that says that nothing has changed.
func (u *usage) charge(d demand, cost int, now time.Time) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	c := u.of(d.caller)
	if cost == 0 {
		c.NotModified++
	}

	w := c.window(d.resource, d.limit, now)
	w.used += cost
	c.MostPerHour = max(c.MostPerHour, w.used)
}

// state returns the caller's window of the resource.
func (u *usage) state(d demand, now time.Time) window {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	return *u.of(d.caller).window(d.resource, d.limit, now)
}

// announce writes how much is left into the header of an answer.
func (u *usage) announce(header http.Header, d demand, now time.Time) {
	w := u.state(d, now)
	header.Set("X-Ratelimit-Limit", strconv.Itoa(w.limit))
	header.Set("X-Ratelimit-Remaining", strconv.Itoa(max(w.limit-w.used, 0)))
	header.Set("X-Ratelimit-Used", strconv.Itoa(w.used))
	header.Set("X-Ratelimit-Reset", strconv.FormatInt(w.reset.Unix(), 10))
	header.Set("X-Ratelimit-Resource", d.resource)
}
