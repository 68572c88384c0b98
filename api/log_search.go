package api

import (
	"context"
	"slices"
	"time"
)

const (
	// logBatch is how many lines streams and searches read at a time.
	logBatch = 1000
	// maxSearched is how many lines one request with a filter looks through: nothing but reading them tells which of them hold a text.
	maxSearched = 100_000
	// maxSearchTime is for how long it does: patterns and long lines take their time.
	maxSearchTime = 2 * time.Second
	// latestDelivery is how much later than others of the same log a line may be stored for since to find it.
	latestDelivery = time.Minute
)

// logSearch is what a search has found.
type logSearch struct {
	// lines are in the order of the window, as they are stored.
	lines []LogLine
	// reached is the id of the last line that the search has looked at, where there may be more lines; else 0.
	reached int64
	// scanned is how many lines it has looked at.
	scanned int64
	// scannedTo is when the last of them was written, where the search has stopped for having looked at enough.
	scannedTo *time.Time
}

// searchLog returns the lines of the window that the filter accepts, in the window's order.
func searchLog(ctx context.Context, read logReader, window logWindow, filter logFilter) (logSearch, error) {
	result, began := logSearch{lines: []LogLine{}}, time.Now()

	for {
		part := window
		if part.limit = window.limit - len(result.lines); !filter.all() {
			part.limit = logBatch
		}

		batch, err := read(ctx, part)
		if err != nil {
			return logSearch{}, err
		}

		for _, line := range batch {
			result.reached = line.ID
			result.scanned++

			if filter.accepts(line, 0) {
				if result.lines = append(result.lines, line); len(result.lines) == window.limit {
					return result, nil
				}
			}

			if result.scanned >= maxSearched || time.Since(began) > maxSearchTime {
				result.scannedTo = &line.LoggedAt

				return result, nil
			}
		}

		if len(batch) < part.limit {
			result.reached = 0

			return result, nil
		}

		if window.newest {
			window.before = result.reached
		} else {
			window.after = result.reached
		}
	}
}

// bounded returns the part of the window whose lines may have been written in the filter's time.
func (f logFilter) bounded(ctx context.Context, read logReader, window logWindow) (logWindow, error) {
	start, err := startOf(ctx, read, f.since)
	if err != nil || f.until.IsZero() {
		window.after = max(window.after, start)

		return window, err
	}

	// Lines that were written before the end may be stored as much later as lines from the beginning may.
	end, err := startOf(ctx, read, f.until.Add(2*latestDelivery)) //nolint:mnd // See above.
	window.after, window.before = max(window.after, start), min(window.before, end+1)

	return window, err
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
