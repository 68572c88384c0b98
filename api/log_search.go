package api

import (
	"context"
	"slices"
	"strings"
	"time"
)

const (
	// logBatch is how many lines streams and searches read at a time.
	logBatch = 1000
	// maxSearched is how many lines one request with a filter looks through: nothing but reading them tells which of them hold a text.
	maxSearched = 100_000
	// latestDelivery is how much later than others of the same log a line may be stored for since to find it.
	latestDelivery = time.Minute
)

// logFilter chooses lines. Its zero value chooses all.
type logFilter struct {
	// text is in lower case.
	text  string
	since time.Time
}

func newLogFilter(input LogFilterInput) logFilter {
	return logFilter{text: strings.ToLower(input.Q), since: input.Since}
}

func (f logFilter) all() bool { return f == logFilter{} }

func (f logFilter) accepts(line LogLine, _ int) bool {
	return !line.LoggedAt.Before(f.since) && (f.text == "" || strings.Contains(strings.ToLower(line.Line), f.text))
}

// searchLog returns the lines of the window that the filter accepts, in the window's order. Where there may be more, it also returns the id of
// the last line that it has looked at, else 0.
func searchLog(ctx context.Context, read logReader, window logWindow, filter logFilter) (lines []LogLine, reached int64, err error) {
	lines = []LogLine{}

	for searched := 0; ; {
		part := window
		if part.limit = window.limit - len(lines); !filter.all() {
			part.limit = logBatch
		}

		batch, err := read(ctx, part)
		if err != nil {
			return nil, 0, err
		}

		for _, line := range batch {
			reached = line.ID

			if !filter.accepts(line, 0) {
				continue
			}

			if lines = append(lines, line); len(lines) == window.limit {
				return lines, reached, nil
			}
		}

		if len(batch) < part.limit {
			return lines, 0, nil
		}

		if searched += len(batch); searched >= maxSearched {
			return lines, reached, nil
		}

		if window.newest {
			window.before = reached
		} else {
			window.after = reached
		}
	}
}

// startOf returns the id of a line behind which all lines stand that were written since. Lines of a log are nearly in the order of their times,
// so that it is found by halving, with a few dozen rows read.
func startOf(ctx context.Context, read logReader, since time.Time) (int64, error) {
	if since.IsZero() {
		return 0, nil
	}

	since = since.Add(-latestDelivery)
	newest := wholeLog(1)
	newest.newest = true

	last, err := read(ctx, newest)
	if err != nil || len(last) == 0 {
		return 0, err
	}

	for low, high := int64(0), last[0].ID; ; {
		if low >= high {
			return low, nil
		}

		middle := wholeLog(1)
		middle.after = low + (high-low)/2 //nolint:mnd // Halving.

		next, err := read(ctx, middle)
		if err != nil {
			return 0, err
		}

		if len(next) > 0 && next[0].LoggedAt.Before(since) {
			low = next[0].ID
		} else {
			high = middle.after
		}
	}
}

// oldestFirst turns what was read from the end of a log into the order of answers.
func oldestFirst(lines []LogLine) []LogLine {
	slices.Reverse(lines)

	return lines
}
