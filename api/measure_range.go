package api

import (
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// fewPoints is how many points there are at most where nobody has said how long each is to be, and manyPoints where somebody has.
	fewPoints, manyPoints = 360, 1500
	defaultMeasureRange   = time.Hour
	// longestNiceStep makes few points of a year.
	longestNiceStep = 2 * day
)

// niceSteps are the steps that are chosen from where nobody has said one, the shortest first.
func niceSteps() []time.Duration {
	return []time.Duration{
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, longestNiceStep,
	}
}

// measureRange is the range of an answer: points of a step each, from the beginning of the first.
type measureRange struct {
	now, from, to time.Time
	step          time.Duration
	stored        measureStep // The longest of the stored ones that make up the step.
}

func (i *MeasuresInput) measureRange(now time.Time) (measureRange, error) {
	r := measureRange{now: now, from: i.From, to: i.To, step: time.Duration(i.Step) * time.Second}
	if r.to.IsZero() || r.to.After(now) {
		r.to = now
	}

	if r.from.IsZero() {
		r.from = r.to.Add(-defaultMeasureRange)
	}

	if oldest := now.Add(-dayStep().kept); r.from.Before(oldest) {
		r.from = oldest
	}

	if !r.from.Before(r.to) {
		return r, problem.New(problem.Invalid, "The range has no time in it: give a from that lies before to, within the last year.")
	}

	if r.step == 0 {
		r.step = r.chooseStep()
	}

	for _, stored := range measureSteps() {
		if r.step%stored.length == 0 {
			r.stored = stored
		}
	}

	r.from, r.to = r.from.UTC().Truncate(r.step), r.to.UTC()

	if r.points() > manyPoints {
		return r, problem.New(problem.Invalid, "That would be %d points, and %d is the most: give a longer step, or a shorter range.", r.points(), manyPoints)
	}

	return r, nil
}

func (r measureRange) chooseStep() time.Duration {
	for _, step := range niceSteps() {
		stored := minuteStep()

		for _, longer := range measureSteps() {
			if step%longer.length == 0 {
				stored = longer
			}
		}

		if r.to.Sub(r.from) <= fewPoints*step && (!r.from.Before(r.now.Add(-stored.kept)) || stored == dayStep()) {
			return step
		}
	}

	return longestNiceStep
}

// points is how many points the range has.
func (r measureRange) points() int {
	return int((r.to.Sub(r.from) + r.step - 1) / r.step)
}

// at is when a point begins.
func (r measureRange) at(point int) time.Time { return r.from.Add(time.Duration(point) * r.step) }

// pointOf is the point that begins then.
func (r measureRange) pointOf(begins time.Time) int { return int(begins.Sub(r.from) / r.step) }

// isKnown tells whether all that is to be reported of a point has been, and is still kept.
func (r measureRange) isKnown(point int) bool {
	starts := r.at(point)

	return starts.After(r.now.Add(-r.stored.kept)) && !starts.Add(r.step).After(r.now.Add(-reportLag))
}

// elapsed is how long the part of a point is that may have been reported.
func (r measureRange) elapsed(point int) time.Duration {
	return min(r.step, r.now.UTC().Truncate(time.Minute).Sub(r.at(point)))
}
