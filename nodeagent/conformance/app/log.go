package app

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// What the app writes to its log at WritePath, in this order: a line to each stream, a line that is longer than any may be, and a burst of lines that no node
// has to take.
const (
	StdoutLine    = "a line to stdout"
	StderrLine    = "a line to stderr"
	LongLineBytes = 1 << 20
	BurstLine     = "a line of the burst"
	BurstLines    = 40_000
	LastLine      = "the last line"
)

func writeLog() {
	fmt.Println(StdoutLine) //nolint:forbidigo // It is the app's log.
	_, _ = fmt.Fprintln(os.Stderr, StderrLine)

	out := bufio.NewWriter(os.Stdout)
	_, _ = out.WriteString(strings.Repeat("x", LongLineBytes) + "\n")

	for range BurstLines {
		_, _ = out.WriteString(BurstLine + "\n")
	}

	_, _ = out.WriteString(LastLine + "\n")
	_ = out.Flush()
}
