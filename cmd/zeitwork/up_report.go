package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/liveline"
)

const (
	// recent is how long a part stays in the terminal's last line after its last report.
	recent = 5 * time.Second
	// sparse is the shortest time between two lines about one part outside a terminal: a compiler reports every second.
	sparse = 5 * time.Second
	// redraw is how often the clocks in the terminal's last line move.
	redraw = 200 * time.Millisecond
)

// report shows how far `up` is: in a terminal by its last line, elsewhere by a line now and then.
type report struct {
	line  *liveline.Line
	began time.Time
	done  chan struct{}
	drawn sync.WaitGroup

	mutex sync.Mutex
	parts map[string]partReport
}

// partReport is the last report of one part, such as the toolchain or the cluster.
type partReport struct {
	detail string
	began  time.Time // The first report of the series that this one belongs to.
	at     time.Time
}

func newReport(out io.Writer) *report {
	r := &report{
		line: liveline.New(out, liveline.WidthOf(out)), began: time.Now(),
		done: make(chan struct{}), parts: map[string]partReport{},
	}

	if r.line.Live() {
		r.drawn.Go(r.redraw)
	}

	return r
}

// progress takes a report of a part that takes time. Any goroutine may call it.
func (r *report) progress(part, detail string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	now := time.Now()

	before, known := r.parts[part]
	if !known || now.Sub(before.at) > recent {
		before.began = now
	}

	if !r.line.Live() {
		if known && now.Sub(before.at) < sparse {
			return
		}

		r.milestonef("%s: %s", part, detail)
	}

	r.parts[part] = partReport{detail: detail, began: before.began, at: now}
	r.draw()
}

// milestonef writes a line that stays.
func (r *report) milestonef(format string, args ...any) {
	_, _ = fmt.Fprintf(r, "%s  %s\n", r.clock(), fmt.Sprintf(format, args...))
}

// Write writes whole lines that stay, such as the log's.
func (r *report) Write(lines []byte) (int, error) { return r.line.Write(lines) }

// end clears the last line for good.
func (r *report) end() {
	close(r.done)
	r.drawn.Wait()
	r.line.Set("")
}

func (r *report) clock() string { return fmt.Sprintf("%6.1f s", time.Since(r.began).Seconds()) }

func (r *report) redraw() {
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()

	for {
		select {
		case <-r.done:
			return
		case <-ticker.C:
			r.mutex.Lock()
			r.draw()
			r.mutex.Unlock()
		}
	}
}

// draw shows the parts that reported last, newest first. The caller holds the mutex.
func (r *report) draw() {
	const shown = 3

	parts := slices.SortedFunc(maps.Keys(r.parts), func(a, b string) int { return r.parts[b].at.Compare(r.parts[a].at) })
	texts := make([]string, 0, shown)

	for _, part := range parts[:min(shown, len(parts))] {
		if last := r.parts[part]; time.Since(last.at) < recent {
			texts = append(texts, fmt.Sprintf("%s: %s (%.0f s)", part, last.detail, time.Since(last.began).Seconds()))
		}
	}

	r.line.Set(r.clock() + "  " + strings.Join(texts, " · "))
}
