package vmlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// lastRecordBytes is more than the longest record, escapes included.
const lastRecordBytes = 8 * MaxLineBytes

// Last returns the newest record in a VM's folder, and the zero value where there is none.
func Last(folder string) Record {
	record, _ := lastRecord(filepath.Join(folder, currentFile)) // A file that cannot be read has none.

	return record
}

// lastRecord returns the last whole record of a file, and the zero value where there is none.
func lastRecord(path string) (Record, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return Record{}, nil
	}

	if err != nil {
		return Record{}, fmt.Errorf("open the VM's log: %w", err)
	}

	defer func() { _ = file.Close() }()

	info, err := file.Stat()
	if err != nil {
		return Record{}, fmt.Errorf("read the end of the VM's log: %w", err)
	}

	end := make([]byte, min(info.Size(), lastRecordBytes))
	if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return Record{}, fmt.Errorf("read the end of the VM's log: %w", err)
	}

	var last Record

	for line := range bytes.Lines(end) {
		var record Record
		if json.Unmarshal(line, &record) == nil && record.Sequence > last.Sequence {
			last = record
		}
	}

	return last, nil
}
