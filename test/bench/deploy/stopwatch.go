package deploy

import "time"

// part is one part of the work of a deployment, and how long it took.
type part struct {
	name string
	took time.Duration
}

type parts []part

func (p parts) total() time.Duration {
	var sum time.Duration
	for _, one := range p {
		sum += one.took
	}

	return sum
}

// stopwatch measures parts that follow one another.
type stopwatch struct {
	last  time.Time
	parts parts
}

func newStopwatch() *stopwatch { return &stopwatch{last: time.Now()} }

func (s *stopwatch) lap(name string) {
	now := time.Now()
	s.parts = append(s.parts, part{name: name, took: now.Sub(s.last)})
	s.last = now
}
