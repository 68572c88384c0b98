package main

import (
	"math"
	"math/rand/v2"
	"time"
)

// shape is how much a project has to do: by day and by night, on weekdays and weekends, and while something is wrong with it.
type shape struct {
	// perMinute is how many requests it gets in a minute at most of the hours.
	perMinute float64
	// seed tells projects apart.
	seed uint64
	// troubles are when it did worse.
	troubles []trouble
}

// trouble is a time in which a share of the requests failed, and the others took longer.
type trouble struct {
	from, to time.Duration // Ago.
	failed   float64
}

const (
	healthyFailed  = 0.0015
	missing        = 0.012
	redirected     = 0.03
	quietHour      = 3
	hoursOfDay     = 24
	quietest       = 0.38
	weekend        = 0.7
	growth         = 0.35
	slowdown       = 2
	medianBucket   = 4.6
	bucketsSpread  = 1.25
	mostBucket     = 12
	bytesPerAnswer = 9_200
	bytesPerAsk    = 700
)

// minute is what happened in one minute.
type minute struct {
	requests, redirected, missing, failed int64
	// latency counts the requests by the buckets of internal/latency.
	latency [mostBucket + 1]int64
}

// rate is how many requests a minute there are at a time.
func (s shape) rate(at, now time.Time) float64 {
	hour := float64(at.UTC().Hour()) + float64(at.UTC().Minute())/time.Hour.Minutes()
	rate := s.perMinute * (1 - quietest*(1+math.Cos(2*math.Pi*(hour-quietHour)/hoursOfDay))/2)

	if at.UTC().Weekday() == time.Saturday || at.UTC().Weekday() == time.Sunday {
		rate *= weekend
	}

	return rate * (1 - growth*float64(now.Sub(at))/float64(age))
}

// at returns what happened in the minute that began then. It is the same whenever it is asked at the same distance from now.
func (s shape) at(began, now time.Time) (m minute) {
	random := rand.New(rand.NewPCG(s.seed, uint64(began.Unix()))) //nolint:gosec // Nothing is to be kept secret.
	failed, slower := s.trouble(now.Sub(began))
	rate := s.rate(began, now)

	m.requests = max(int64(math.Round(rate+random.NormFloat64()*math.Sqrt(rate))), 0)
	for range m.requests {
		switch luck := random.Float64(); {
		case luck < failed:
			m.failed++
		case luck < failed+missing:
			m.missing++
		case luck < failed+missing+redirected:
			m.redirected++
		}

		bucket := medianBucket + math.Log2(slower) + random.NormFloat64()*bucketsSpread
		m.latency[int(min(max(bucket, 0), mostBucket))]++
	}

	return m
}

// trouble is the share of requests that failed so long ago, and how much longer the others took.
func (s shape) trouble(ago time.Duration) (failed, slower float64) {
	for _, t := range s.troubles {
		if ago <= t.from && ago > t.to {
			return t.failed, slowdown
		}
	}

	return healthyFailed, 1
}

// shapes are those of the projects that visitors come to.
func shapes() map[string]shape {
	return map[string]shape{
		shop: {perMinute: 74, seed: 1, troubles: []trouble{
			{from: 9*day + 2*time.Hour, to: 9 * day, failed: 0.09},
			{from: 4 * time.Hour, to: 3*time.Hour + 12*time.Minute, failed: 0.05},
		}},
		backend:  {perMinute: 120, seed: 2},
		guide:    {perMinute: 9, seed: 3},
		invoices: {perMinute: 4, seed: 4},
	}
}
