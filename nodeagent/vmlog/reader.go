package vmlog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Reader follows the records of one VM's folder across rotations. Only one goroutine at a time may use it.
type Reader struct {
	folder string
	after  int64

	file    *os.File
	next    *os.File
	lines   *bufio.Reader
	partial []byte
}

// NewReader returns a reader of the records with a higher number than after. The folder need not exist yet.
func NewReader(folder string, after int64) *Reader { return &Reader{folder: folder, after: after} }

// Read returns the next records, at most maxRecords, and stops when their bytes on disk pass maxBytes. Where none is left it returns none and no
// error.
func (r *Reader) Read(maxRecords, maxBytes int) ([]Record, error) {
	var records []Record

	for size := 0; len(records) < maxRecords && size < maxBytes; {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			return records, nil
		}

		if err != nil {
			return records, err
		}

		var record Record
		if json.Unmarshal(line, &record) != nil || record.Sequence <= r.after {
			continue
		}

		r.after = record.Sequence
		size += len(line)
		records = append(records, record)
	}

	return records, nil
}

// Close closes the files.
func (r *Reader) Close() error {
	var err error

	for _, file := range []*os.File{r.file, r.next} {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}

	r.file, r.next = nil, nil

	return err
}

// line returns the next whole line, across files, and io.EOF where there is none yet.
func (r *Reader) line() ([]byte, error) {
	for {
		if r.file != nil {
			line, err := r.lines.ReadBytes('\n')
			r.partial = append(r.partial, line...)

			if err == nil {
				whole := r.partial
				r.partial = nil

				return whole, nil
			}

			if !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("read a VM's log: %w", err)
			}
		}

		more, err := r.advance()
		if err != nil {
			return nil, err
		}

		if !more {
			return nil, io.EOF
		}
	}
}

// advance is called at the end of a file, and returns whether there may be more to read. The first call opens the newer file, if there is one: the
// file in use is complete then, and is read to its end once more. The second call moves on to the newer file.
func (r *Reader) advance() (bool, error) {
	if r.next != nil {
		_ = r.file.Close()
		r.use(r.next)
		r.next = nil

		return true, nil
	}

	newer, err := r.openNewer()
	if err != nil || newer == nil {
		return false, err
	}

	if r.file == nil {
		r.use(newer)
	} else {
		r.next = newer
	}

	return true, nil
}

func (r *Reader) use(file *os.File) {
	r.file, r.lines, r.partial = file, bufio.NewReader(file), nil
}

// openNewer opens the successor of the file in use, and returns nil where that one is the newest.
func (r *Reader) openNewer() (*os.File, error) {
	var found *os.File

	// The search goes from the newest to the oldest. The file that was found before the one in use is its successor.
	for _, name := range []string{currentFile, olderFile} {
		file, err := os.Open(filepath.Join(r.folder, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}

		if err != nil {
			return nil, fmt.Errorf("open a VM's log: %w", err)
		}

		if r.inUse(file) {
			return found, file.Close()
		}

		if found != nil {
			_ = found.Close()
		}

		found = file
	}

	return found, nil
}

func (r *Reader) inUse(file *os.File) bool {
	if r.file == nil {
		return false
	}

	a, errA := r.file.Stat()
	b, errB := file.Stat()

	return errA == nil && errB == nil && os.SameFile(a, b)
}
