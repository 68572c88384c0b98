package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	// recent is how long a part that said nothing more stays in the terminal's last line.
	recent = 5 * time.Second
	// sparse is how often a part may have a line where nobody watches, as a compiler reports every second.
	sparse = 5 * time.Second
	// redraw is how often the terminal's last line moves.
	redraw = 200 * time.Millisecond
)

// report shows how far things are: as one last line that lives in a terminal, as lines elsewhere.
type report struct {
	out   *os.File
	live  bool
	began time.Time
	done  chan struct{}

	mutex sync.Mutex
	parts map[string]saying
}

// saying is what a part said last.
type saying struct {
	detail string
	began  time.Time // When the part first spoke.
	at     time.Time
}

func newReport(out *os.File) *report {
	r := &report{
		out: out, live: term.IsTerminal(int(out.Fd())), began: time.Now(),
		done: make(chan struct{}), parts: map[string]saying{},
	}

	if r.live {
		go r.redraw()
	}

	return r
}

// progress is told by everything that takes time.
func (r *report) progress(part, detail string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	now := time.Now()

	before, known := r.parts[part]
	if !known || now.Sub(before.at) > recent {
		before.began = now
	}

	if r.live {
		r.parts[part] = saying{detail: detail, began: before.began, at: now}
		r.draw()

		return
	}

	if known && now.Sub(before.at) < sparse {
		return
	}

	r.parts[part] = saying{detail: detail, began: before.began, at: now}
	_, _ = fmt.Fprintf(r.out, "%s  %s: %s\n", r.clock(), part, detail)
}

// milestonef says something that stays.
func (r *report) milestonef(format string, args ...any) {
	_, _ = fmt.Fprintf(r, "%s  %s\n", r.clock(), fmt.Sprintf(format, args...))
}

// Write writes lines above the last line.
func (r *report) Write(text []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	if r.live {
		_, _ = io.WriteString(r.out, "\r\x1b[K")
	}

	return r.out.Write(text)
}

// end takes the last line away.
func (r *report) end() {
	close(r.done)
	_, _ = r.Write(nil)
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

func (r *report) draw() {
	const (
		fallbackWidth = 80
		shown         = 3
	)

	// Who spoke last stands first.
	parts := slices.SortedFunc(maps.Keys(r.parts), func(a, b string) int { return r.parts[b].at.Compare(r.parts[a].at) })
	texts := make([]string, 0, shown)

	for _, part := range parts[:min(shown, len(parts))] {
		if said := r.parts[part]; time.Since(said.at) < recent {
			texts = append(texts, fmt.Sprintf("%s: %s (%.0f s)", part, said.detail, time.Since(said.began).Seconds()))
		}
	}

	width, _, err := term.GetSize(int(r.out.Fd()))
	if err != nil {
		width = fallbackWidth
	}

	line := []rune(r.clock() + "  " + strings.Join(texts, " · "))
	_, _ = io.WriteString(r.out, "\r\x1b[K"+string(line[:min(len(line), max(0, width-1))]))
}
