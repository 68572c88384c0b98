package vmlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

const (
	currentFile = "log"
	olderFile   = "log.1"

	// MaxFileBytes is the size at which the current file replaces the older one.
	MaxFileBytes = 10 << 20
	// unrotatedFactor is how many times as large a file may become while it cannot be replaced.
	unrotatedFactor = 2

	fileMode   = 0o600
	folderMode = 0o700
)

// output is the newer one of a VM's two files. Every error may go away: the next write tries again.
type output struct {
	folder  string
	maxSize int64

	file *os.File
	size int64
	// torn tells that the file may end with half a record.
	torn bool
}

func openOutput(folder string, maxSize int64) (*output, error) {
	o := &output{folder: folder, maxSize: maxSize}

	return o, o.open()
}

// write appends a record, in a new file where the current one is full.
func (o *output) write(record []byte) error {
	size := o.size + int64(len(record))

	if size > o.maxSize {
		// What cannot be set aside is written on, as far as the disk is meant for it.
		if err := o.rotate(); err != nil && size > unrotatedFactor*o.maxSize {
			return err
		}
	}

	line := slices.Concat(record, []byte("\n"))
	if o.torn {
		line = slices.Concat([]byte("\n"), line) // It ends the half record, which readers skip.
	}

	written, err := o.file.Write(line)
	o.size += int64(written)

	if err != nil {
		o.torn = o.torn || written > 0

		return fmt.Errorf("write a log record: %w", err)
	}

	o.torn = false

	return nil
}

// rotate sets the file aside and begins another one. Where the other one cannot be made, the file that was set aside stays in use.
func (o *output) rotate() error {
	err := os.Rename(filepath.Join(o.folder, currentFile), filepath.Join(o.folder, olderFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("set a full log file aside: %w", err)
	}

	full := o.file

	if err := o.open(); err != nil {
		return err
	}

	_ = full.Close() // All that was written to it is in it.

	return nil
}

// open begins with the current file, whose end a killed writer may have torn.
func (o *output) open() error {
	file, err := os.OpenFile(filepath.Join(o.folder, currentFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, fileMode)
	if err != nil {
		return fmt.Errorf("open the VM's log: %w", err)
	}

	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open the VM's log: %w", err), file.Close())
	}

	o.file, o.size, o.torn = file, info.Size(), info.Size() > 0

	return nil
}

func (o *output) close() error { return o.file.Close() }
