package vmlog

const (
	// maxHeldLines and maxHeldBytes bound what is kept of the lines over the rate.
	maxHeldLines = 100
	maxHeldBytes = 256 << 10
)

// held keeps the last of the lines over the rate, and counts the others.
type held struct {
	records []Record
	bytes   int
	dropped int
}

func (h *held) add(record Record) {
	h.records = append(h.records, record)
	h.bytes += len(record.Line)

	for len(h.records) > maxHeldLines || (h.bytes > maxHeldBytes && len(h.records) > 1) {
		h.bytes -= len(h.records[0].Line)
		h.records = h.records[1:]
		h.dropped++
	}
}

// take returns what was held, and how many lines before it were dropped.
func (h *held) take() (dropped int, last []Record) {
	dropped, last = h.dropped, h.records
	*h = held{}

	return dropped, last
}
