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

// MaxLineBytes is how much of a line is kept.
const MaxLineBytes = 16 << 10

// Record is one line that a VM wrote, as it stands in the file. Keys are short because there are many.
type Record struct {
	// Sequence rises by one from line to line over all streams and restarts of the VM.
	Sequence int64     `json:"s"`
	Time     time.Time `json:"t"`
	Stream   string    `json:"o"`
	Line     string    `json:"l"`
}

// text makes a line fit for JSON and for databases that hold neither invalid UTF-8 nor NUL.
func text(line []byte, cut int64) string {
	valid := strings.ReplaceAll(strings.ToValidUTF8(string(line), "\uFFFD"), "\x00", "\uFFFD")
	if cut == 0 {
		return valid
	}

	return fmt.Sprintf("%s… (%d more bytes of this line were left out: a line may have %d)", valid, cut, MaxLineBytes)
}
