package githubtest

import (
	"sync"
	"time"
)

// Clock is a clock that moves when a test says so.
type Clock struct {
	mutex sync.Mutex
	at    time.Time
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.at
}

// Advance moves the clock.
func (c *Clock) Advance(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.at = c.at.Add(by)
}
