package vmlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	floorFile = "floor"

	linesPerSecond = 2_000
	burstLines     = 10_000
	// holdTime is how long lines over the rate are held. In it the rate allows more lines than are kept.
	holdTime = 200 * time.Millisecond
	// retryTime is how long lines are held that could not be written.
	retryTime = time.Second
)

// Prepare makes the VM's folder. The numbers of the records in a new one begin after the given number.
func Prepare(folder string, after int64) error {
	if _, err := os.Stat(filepath.Join(folder, floorFile)); err == nil {
		return nil
	}

	if err := os.MkdirAll(folder, folderMode); err != nil {
		return fmt.Errorf("make the VM's log folder: %w", err)
	}

	if err := os.WriteFile(filepath.Join(folder, floorFile), strconv.AppendInt(nil, after, 10), fileMode); err != nil {
		return fmt.Errorf("note where the VM's log begins: %w", err)
	}

	return nil
}

// writer appends records to the files of one VM. Its methods may be called concurrently.
type writer struct {
	mu       sync.Mutex
	output   *output
	sequence int64
	limit    *rate.Limiter
	held     held
	// release is set while lines are held.
	release *time.Timer
}

func newWriter(folder string, maxSize int64) (*writer, error) {
	w := &writer{limit: rate.NewLimiter(linesPerSecond, burstLines)}

	for _, name := range []string{olderFile, currentFile} {
		last, err := lastRecord(filepath.Join(folder, name))
		if err != nil {
			return nil, err
		}

		w.sequence = max(w.sequence, last.Sequence)
	}

	if floor, err := os.ReadFile(filepath.Join(folder, floorFile)); err == nil {
		number, _ := strconv.ParseInt(strings.TrimSpace(string(floor)), 10, 64)
		w.sequence = max(w.sequence, number)
	}

	var err error
	w.output, err = openOutput(folder, maxSize)

	return w, err
}

// append writes one line. Of lines over the rate, and of those that cannot be written, only the last ones are kept, for a moment: a crash is told by an app's
// last lines.
func (w *writer) append(stream string, line []byte, cut int64) {
	w.mu.Lock()
	defer w.mu.Unlock()

	record := Record{Time: time.Now().UTC(), Stream: stream, Line: text(line, cut)}

	if w.release != nil {
		w.held.add(record)

		return
	}

	switch {
	case !w.limit.Allow():
		w.hold(record, holdTime)
	case w.write(record) != nil:
		w.held.unwritable = true
		w.hold(record, retryTime)
	}
}

// hold keeps a line, and those that follow, for a time.
func (w *writer) hold(record Record, duration time.Duration) {
	w.held.add(record)
	w.releaseAfter(duration)
}

func (w *writer) releaseAfter(duration time.Duration) {
	w.release = time.AfterFunc(duration, func() {
		w.mu.Lock()
		defer w.mu.Unlock()

		// Where the writer was closed meanwhile there is nothing to do.
		if w.release != nil && w.releaseHeld() != nil {
			w.releaseAfter(retryTime)
		}
	})
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()

	var err error

	if w.release != nil {
		w.release.Stop()
		err = w.releaseHeld()
	}

	return errors.Join(err, w.output.close())
}

// releaseHeld writes how many lines were left out, and those that were kept. What it cannot write stays held. The caller holds the mutex.
func (w *writer) releaseHeld() error {
	w.release = nil
	w.limit.ReserveN(time.Now(), len(w.held.records))

	if w.held.dropped > 0 {
		if err := w.write(Record{Time: w.held.records[0].Time, Stream: System, Line: w.held.note()}); err != nil {
			w.held.unwritable = true

			return err
		}

		w.held.dropped = 0
	}

	for len(w.held.records) > 0 {
		if err := w.write(w.held.records[0]); err != nil {
			w.held.unwritable = true

			return err
		}

		w.held.shift()
	}

	w.held = held{}

	return nil
}

func (w *writer) write(numbered Record) error {
	numbered.Sequence = w.sequence + 1

	record, err := json.Marshal(numbered)
	if err != nil {
		return fmt.Errorf("encode a log record: %w", err)
	}

	if err := w.output.write(record); err != nil {
		return err
	}

	w.sequence++

	return nil
}
