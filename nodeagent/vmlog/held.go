package vmlog

import "fmt"

const (
	// maxHeldLines and maxHeldBytes bound what is kept of the lines over the rate, or that cannot be written.
	maxHeldLines = 100
	maxHeldBytes = 256 << 10
)

// held keeps the last of the lines that are not written yet, and counts the others.
type held struct {
	records []Record
	bytes   int
	dropped int
	// unwritable tells that lines could not be written, as on a full disk.
	unwritable bool
}

func (h *held) add(record Record) {
	h.records = append(h.records, record)
	h.bytes += len(record.Line)

	for len(h.records) > maxHeldLines || (h.bytes > maxHeldBytes && len(h.records) > 1) {
		h.shift()
		h.dropped++
	}
}

// shift takes the oldest line out.
func (h *held) shift() {
	h.bytes -= len(h.records[0].Line)
	h.records = h.records[1:]
}

// note is the line that tells of those which were dropped.
func (h *held) note() string {
	if h.unwritable {
		return fmt.Sprintf("%d lines were left out: the node could not write them to its disk.", h.dropped)
	}

	return fmt.Sprintf("%d lines were left out: the app wrote more than %d lines a second.", h.dropped, linesPerSecond)
}
