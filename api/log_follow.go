package api

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strconv"
	"time"
)

// logStream is a log that is followed.
type logStream struct {
	read   logReader
	filter logFilter
	input  FollowInput
	// from is the id of the line behind which the log is read, unless the caller comes back.
	from int64
	// news wakes the stream when there may be lines, changes when the log may have come to its end.
	news, changes wakeup
	// ending returns the state of the deployment when its log is complete, else "". It returns errGone when the caller may read it no more.
	ending func(ctx context.Context) (string, error)
}

// wakeup names notifications.
type wakeup struct{ channel, key string }

// errGone ends a stream whose log is gone: it was deleted, or the caller is no member any more. Whoever opens it again gets the reason.
var errGone = errors.New("the log is gone")

// streamLog sends the lines that the stream begins with, and then each new one. Where it begins is decided before the caller hears that it is open:
// what is written from then on is new.
func (s *service) streamLog(ctx context.Context, log logStream) (func(context.Context, *eventStream) error, error) {
	start, last, err := log.begin(ctx)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context, out *eventStream) error {
		news, cancelNews := s.subscribe(log.news)
		defer cancelNews()

		changes, cancelChanges := s.subscribe(log.changes)
		defer cancelChanges()

		if err := log.sendTail(ctx, out, start, last); err != nil {
			return err
		}

		// A reader that comes back before it got a line goes on from here. It would begin with a tail again, and miss older lines.
		if err := out.tellStand(last); err != nil {
			return err
		}

		err := s.follow(ctx, out, news, changes, func() (bool, error) {
			// The end is asked for before the lines are read, so that every line written before the end is sent before it.
			ending, err := log.ending(ctx)
			if err != nil {
				return false, err
			}

			if last, err = log.send(ctx, out, last); err != nil {
				return false, err
			}

			out.stand(last)

			if ending != "" {
				return true, out.send("end", StreamEnd{State: ending})
			}

			return !log.input.Follow, nil
		})
		if errors.Is(err, errGone) {
			return nil
		}

		return err
	}, nil
}

// subscribe returns a channel that never wakes for the zero wakeup.
func (s *service) subscribe(to wakeup) (<-chan struct{}, func()) {
	if to == (wakeup{}) {
		return nil, func() {}
	}

	return s.listener.Subscribe(to.channel, to.key)
}

// begin returns the id of the line behind which the stream goes on. Of the lines between start and it, the newest are sent before, where the caller
// asks for them.
func (l logStream) begin(ctx context.Context) (start, last int64, err error) {
	if l.input.LastEventID != "" {
		last, err = strconv.ParseInt(l.input.LastEventID, 10, 64)

		return last, last, err
	}

	start, err = startOf(ctx, l.read, l.filter.since)
	if start = max(start, l.from); err != nil || l.input.Tail < 0 {
		return start, start, err
	}

	newest, err := l.read(ctx, logWindow{after: start, before: math.MaxInt64, newest: true, limit: 1})
	if err != nil || len(newest) == 0 {
		return start, start, err
	}

	return start, newest[0].ID, nil
}

// sendTail sends the newest lines behind start, up to the one with the id last.
func (l logStream) sendTail(ctx context.Context, out *eventStream, start, last int64) error {
	if start == last || l.input.Tail == 0 {
		return nil
	}

	found, err := searchLog(ctx, l.read, logWindow{after: start, before: last + 1, newest: true, limit: l.input.Tail}, l.filter)
	if err != nil {
		return err
	}

	return sendLines(ctx, out, oldestFirst(found.lines))
}

// send sends all lines behind last and returns the id of the last one that was read. It may take as long as lines are written faster than sent, and returns
// errGone once the caller may read them no more.
func (l logStream) send(ctx context.Context, out *eventStream, last int64) (int64, error) {
	for checked := time.Now(); ; {
		if time.Since(checked) > recheckInterval {
			if err := out.admitted(ctx); err != nil {
				return last, cmp.Or(endOf(err), errGone)
			}

			checked = time.Now()
		}

		window := wholeLog(logBatch)
		window.after = last

		lines, err := l.read(ctx, window)
		if err != nil {
			return last, err
		}

		accepted, looked := sift(ctx, lines, l.filter.accepts)
		if err := ctx.Err(); err != nil {
			return last, err
		}

		if err := sendLines(ctx, out, accepted); err != nil {
			return last, err
		}

		if looked > 0 {
			last = lines[looked-1].ID
		}

		if looked == len(lines) && looked < logBatch {
			return last, nil
		}
	}
}

// sift returns those lines that are accepted of the first looked ones. It looks at all unless ctx ends or they take longer than maxSearchTime: a pattern may
// cost seconds, in which the reader goes away or is not admitted any more.
func sift(ctx context.Context, lines []LogLine, accepts func(line LogLine, _ int) bool) (accepted []LogLine, looked int) {
	for began := time.Now(); looked < len(lines) && ctx.Err() == nil && time.Since(began) <= maxSearchTime; looked++ {
		if accepts(lines[looked], looked) {
			accepted = append(accepted, lines[looked])
		}
	}

	return accepted, looked
}

// sendLines sends lines as they are shown.
func sendLines(ctx context.Context, out *eventStream, lines []LogLine) error {
	return sendEvents(ctx, out, lines, func(line LogLine) (string, error) { return encodeEvent(line.ID, "line", shown(line, 0)) })
}
