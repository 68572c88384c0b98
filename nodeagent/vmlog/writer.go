package vmlog

import (
	"bytes"
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
	currentFile = "log"
	olderFile   = "log.1"
	floorFile   = "floor"

	// MaxFileBytes is the size at which the current file replaces the older one.
	MaxFileBytes = 10 << 20

	linesPerSecond = 2_000
	burstLines     = 10_000
	// holdTime is how long lines over the rate are held. In it the rate allows more lines than are kept.
	holdTime = 200 * time.Millisecond

	// lastRecordBytes is more than the longest record, escapes included.
	lastRecordBytes = 8 * MaxLineBytes
	fileMode        = 0o600
	folderMode      = 0o700
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
	folder  string
	maxSize int64

	mu       sync.Mutex
	file     *os.File
	size     int64
	sequence int64
	limit    *rate.Limiter
	held     held
	// release is set while lines are held.
	release *time.Timer
}

func newWriter(folder string, maxSize int64) (*writer, error) {
	w := &writer{folder: folder, maxSize: maxSize, limit: rate.NewLimiter(linesPerSecond, burstLines)}

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

	return w, w.open()
}

// append writes one line. Of lines over the rate only the last ones are kept, for a moment: a crash is told by an app's last lines.
func (w *writer) append(stream string, line []byte, cut int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()

	record := Record{Time: time.Now().UTC(), Stream: stream, Line: text(line, cut)}

	if w.release == nil && w.limit.Allow() {
		return w.write(record)
	}

	w.held.add(record)

	if w.release == nil {
		w.release = time.AfterFunc(holdTime, func() {
			w.mu.Lock()
			defer w.mu.Unlock()

			_ = w.releaseHeld()
		})
	}

	return nil
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()

	return errors.Join(w.releaseHeld(), w.file.Close())
}

// releaseHeld writes how many lines were left out, and those that were kept. The caller holds the mutex.
func (w *writer) releaseHeld() error {
	if w.release == nil {
		return nil // The writer was closed when the timer fired.
	}

	w.release.Stop()
	w.release = nil

	dropped, last := w.held.take()
	w.limit.ReserveN(time.Now(), len(last))

	if dropped > 0 {
		note := fmt.Sprintf("%d lines were left out: the app wrote more than %d lines a second.", dropped, linesPerSecond)
		if err := w.write(Record{Time: last[0].Time, Stream: System, Line: note}); err != nil {
			return err
		}
	}

	for _, record := range last {
		if err := w.write(record); err != nil {
			return err
		}
	}

	return nil
}

func (w *writer) write(numbered Record) error {
	numbered.Sequence = w.sequence + 1

	record, err := json.Marshal(numbered)
	if err != nil {
		return fmt.Errorf("encode a log record: %w", err)
	}

	if w.size+int64(len(record)) > w.maxSize {
		if err := w.rotate(); err != nil {
			return err
		}
	}

	written, err := w.file.Write(append(record, '\n'))
	w.size += int64(written)

	if err != nil {
		return fmt.Errorf("write a log record: %w", err)
	}

	w.sequence++

	return nil
}

func (w *writer) rotate() error {
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("close a full log file: %w", err)
	}

	if err := os.Rename(filepath.Join(w.folder, currentFile), filepath.Join(w.folder, olderFile)); err != nil {
		return fmt.Errorf("set a full log file aside: %w", err)
	}

	return w.open()
}

func (w *writer) open() error {
	file, err := os.OpenFile(filepath.Join(w.folder, currentFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, fileMode)
	if err != nil {
		return fmt.Errorf("open the VM's log: %w", err)
	}

	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open the VM's log: %w", err), file.Close())
	}

	w.file, w.size = file, info.Size()

	// A killed writer may have left half a record. The newline ends it, and readers skip it.
	if w.size > 0 {
		if _, err := file.WriteString("\n"); err != nil {
			return errors.Join(fmt.Errorf("write to the VM's log: %w", err), file.Close())
		}
	}

	return nil
}

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
