package api

import "time"

// measureStep is one of the lengths of time by which measures are stored.
type measureStep struct {
	length time.Duration
	// kept is how long rows of the step are kept; the function measure_steps of the database says the same.
	kept time.Duration
}

// The steps by which measures are stored: a day of minutes, the longest month of hours, the longest year of days.

func minuteStep() measureStep { return measureStep{time.Minute, day} }
func hourStep() measureStep   { return measureStep{time.Hour, 31 * day} }
func dayStep() measureStep    { return measureStep{day, 366 * day} }

// measureSteps returns all steps, the finest first.
func measureSteps() []measureStep { return []measureStep{minuteStep(), hourStep(), dayStep()} }

// startOf returns when the minute, hour or day of a time began; false where it is not kept any more.
func (s measureStep) startOf(at, now time.Time) (time.Time, bool) {
	start := at.UTC().Truncate(s.length)

	return start, start.After(now.Add(-s.kept))
}

func (s measureStep) seconds() int32 { return int32(s.length / time.Second) } //nolint:gosec // A day has 86,400.
