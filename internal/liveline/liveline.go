// Package liveline writes to a terminal whose last line shows what is going on and rewrites itself, below lines that stay.
package liveline

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/term"
)

// erase returns to the beginning of the terminal's line and clears it.
const erase = "\r\x1b[K"

// Width returns how many columns a terminal has at the moment. It may be called by any goroutine.
type Width func() int

// WidthOf returns the width of the terminal that out writes to, and nil where out is a file, a pipe or a buffer.
func WidthOf(out any) Width {
	const fallback = 80

	file, ok := out.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}

	return func() int {
		width, _, err := term.GetSize(int(file.Fd()))
		if err != nil || width == 0 { // A serial console has no size.
			return fallback
		}

		return width
	}
}

// Line is the last line of an output. Its methods may be called by any goroutine.
type Line struct {
	out   io.Writer
	width Width

	mutex sync.Mutex
	text  string // What the line shows; empty: nothing, and the terminal's last line is clear.
}

// New returns the last line of out, which shows nothing yet. Without a width there is none: Set does nothing, and what is
// written reaches out as it is.
func New(out io.Writer, width Width) *Line { return &Line{out: out, width: width} }

// Live tells whether Set shows anything.
func (l *Line) Live() bool { return l.width != nil }

// Set shows text in the last line in place of what it showed before, cut to the terminal's width. The empty text clears the line;
// the line is to be clear when the process ends or somebody else writes to the terminal.
func (l *Line) Set(text string) {
	if !l.Live() {
		return
	}

	l.mutex.Lock()
	defer l.mutex.Unlock()

	if text == "" && l.text == "" {
		return
	}

	l.text = text
	_, _ = io.WriteString(l.out, erase+l.cut())
}

// Write writes lines that stay, above the last line. They are whole lines: each ends with a newline.
func (l *Line) Write(lines []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.text == "" {
		return l.out.Write(lines)
	}

	// One write, so that the terminal never shows a state between.
	if _, err := l.out.Write(bytes.Join([][]byte{[]byte(erase), lines, []byte(l.cut())}, nil)); err != nil {
		return 0, err
	}

	return len(lines), nil
}

// cut returns as much of the text as fits. A line that fills the last column would wrap, and the next erase would leave its
// first half behind.
func (l *Line) cut() string {
	text := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}

		return r
	}, l.text))

	return string(text[:min(len(text), max(0, l.width()-1))])
}
