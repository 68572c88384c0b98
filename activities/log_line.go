package activities

import "time"

// The streams of a build's log.
const (
	StreamStdout = "stdout"
	StreamStderr = "stderr"
	// StreamSystem is the platform's own voice: which step begins, what came from the cache.
	StreamSystem = "system"
)

// MaxLogLineBytes is the length at which a line of a build's log is cut.
const MaxLogLineBytes = 16 << 10

// LogLine is one line of a build's log: valid UTF-8 without NUL or newline, at most MaxLogLineBytes long and a note
// that it was cut.
type LogLine struct {
	Stream string
	Line   string
	At     time.Time
}
