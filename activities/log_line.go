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
	// Group is the instruction of the build that the line is of, as it stands with this line. Nil: the line is of none. It is never changed.
	Group *LogGroup
	// Missing is how many lines should have stood here and were not kept, of which the line tells.
	Missing int
}

// The states of an instruction of a build.
const (
	GroupRunning   = "running"
	GroupDone      = "done"
	GroupCached    = "cached"
	GroupFailed    = "failed"
	GroupCancelled = "cancelled"
)

// LogGroup is one instruction of a build.
type LogGroup struct {
	// Number counts the instructions of one build in the order in which they began, from 1.
	Number int
	Name   string
	State  string
	// Error is empty for one that has not failed.
	Error   string
	Started time.Time
	// Ended is nil for one that runs.
	Ended *time.Time
}
