package vmlog

import (
	"fmt"
	"strings"
	"time"
)

// The streams of a record. System lines are written by this package itself.
const (
	Stdout = "stdout"
	Stderr = "stderr"
	System = "system"
)

// MaxLineBytes is how many bytes of a line are kept.
const MaxLineBytes = 16 << 10

// Record is one line that a VM wrote, in the form of the file. The keys are short because there are many records.
type Record struct {
	// Sequence rises by one with each line, across streams and restarts of the VM.
	Sequence int64     `json:"s"`
	Time     time.Time `json:"t"`
	Stream   string    `json:"o"`
	Line     string    `json:"l"`
}

// text returns a line without invalid UTF-8, which JSON cannot hold, and without NUL, which Postgres cannot.
func text(line []byte, cut int64) string {
	valid := strings.ReplaceAll(strings.ToValidUTF8(string(line), "\uFFFD"), "\x00", "\uFFFD")
	if cut == 0 {
		return valid
	}

	return fmt.Sprintf("%s… (%d more bytes of this line were left out: a line may have %d)", valid, cut, MaxLineBytes)
}
