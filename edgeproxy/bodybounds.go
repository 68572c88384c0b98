package edgeproxy

import (
	"errors"
	"time"
)

var (
	errBodySlow     = errors.New("the client sends the body too slowly")
	errBodyTooLarge = errors.New("the body of the request is too large")
	errAnswerLarge  = errors.New("the app's answer is too large")
)

// bodyBounds bound what clients and apps may send.
type bodyBounds struct {
	// request and answer are the largest bodies; 0: no bound.
	request, answer int64
	pace            pace
}

func newBodyBounds(config Config) bodyBounds {
	return bodyBounds{
		request: config.MaxRequestBytes, answer: config.MaxAnswerBytes,
		pace: pace{window: config.BodyGrace, least: int64(float64(config.MinBodyRate) * config.BodyGrace.Seconds())},
	}
}

func (b bodyBounds) refusesRequest(length int64) bool { return b.request > 0 && length > b.request }

func (b bodyBounds) refusesAnswer(length int64) bool { return b.answer > 0 && length > b.answer }

// pace watches how fast a body comes: while the edge waits for it, so many bytes have to come in each window. Time in which the app takes nothing does not
// count.
type pace struct {
	window time.Duration
	least  int64 // Bytes a window; 0: any pace will do.

	waited time.Duration // Of this window.
	got    int64
}

// left returns how long the next read may take; 0: for ever. A body that is too slow has errBodySlow.
func (p *pace) left() (time.Duration, error) {
	switch {
	case p.least <= 0 || p.window <= 0:
		return 0, nil
	case p.waited >= p.window:
		return 0, errBodySlow
	default:
		return p.window - p.waited, nil
	}
}

// note notes what a read has brought.
func (p *pace) note(n int, took time.Duration) {
	p.waited += took

	if p.got += int64(n); p.got >= p.least {
		p.waited, p.got = 0, 0
	}
}

// within returns the shorter one of a time and the window.
func (p *pace) within(most time.Duration) time.Duration {
	if p.window <= 0 {
		return most
	}

	return min(most, p.window)
}
