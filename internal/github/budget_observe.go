package github

import (
	"net/http"
	"strconv"
	"time"
)

// observe reads what an answer says of the limits. It returns an Error for an answer that refuses the request for one of them.
func (b *budget) observe(resource string, response *http.Response) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	now := b.now()
	header := response.Header

	limit, errLimit := strconv.Atoi(header.Get("X-Ratelimit-Limit"))
	remaining, errRemaining := strconv.Atoi(header.Get("X-Ratelimit-Remaining"))
	reset, errReset := strconv.ParseInt(header.Get("X-Ratelimit-Reset"), 10, 64)
	isKnown := errLimit == nil && errRemaining == nil && errReset == nil

	if isKnown {
		if said := header.Get("X-Ratelimit-Resource"); said != "" {
			resource = said
		}

		b.update(resource, window{limit: limit, remaining: remaining, reset: time.Unix(reset, 0).Add(resetMargin)})
	}

	if seconds, err := strconv.Atoi(header.Get("X-Poll-Interval")); err == nil && seconds > 0 {
		b.interval = time.Duration(seconds) * time.Second
	}

	if response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusTooManyRequests {
		return nil
	}

	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && seconds >= 0 {
		b.paused = now.Add(time.Duration(seconds) * time.Second)

		return &Error{Reason: Limited, Status: response.StatusCode, Until: b.paused, Detail: "GitHub asks for a pause"}
	}

	if isKnown && remaining == 0 {
		return &Error{Reason: Limited, Status: response.StatusCode, Until: time.Unix(reset, 0).Add(resetMargin), Detail: "the limit for " + resource + " is used up"}
	}

	if response.StatusCode == http.StatusTooManyRequests {
		b.paused = now.Add(secondaryPause)

		return &Error{Reason: Limited, Status: response.StatusCode, Until: b.paused, Detail: "GitHub asks for a pause"}
	}

	return nil
}

// update keeps what an answer says of a window. Answers may overtake each other: within one window the lowest is the latest.
func (b *budget) update(resource string, said window) {
	if known := b.windows[resource]; known.reset.Equal(said.reset) && known.limit == said.limit {
		said.remaining = min(said.remaining, known.remaining)
	}

	b.windows[resource] = said
}

// pause stops all requests for a while, where the text of an answer says what its headers do not.
func (b *budget) pause() time.Time {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.paused = b.now().Add(secondaryPause)

	return b.paused
}

// reset returns when the primary limit begins anew.
func (b *budget) reset(resource string) time.Time {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.windows[resource].reset
}

// pollInterval returns how long GitHub wants between two looks at the same thing; zero where it has not said.
func (b *budget) pollInterval() time.Duration {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	return b.interval
}
