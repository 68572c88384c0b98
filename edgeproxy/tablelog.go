package edgeproxy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/flock"
)

const (
	// minCompaction is how many bytes of changes there are at least before they are put into a whole table.
	minCompaction = 4 << 10

	// faultCompaction is reached before a compacted file takes the place of the one that it was made of, and when it has.
	faultCompaction = "route_compaction"
)

// tableLog keeps the route table on disk, so that a restarted edge serves although the platform is away. The file begins with a whole table; each change is
// appended to it, and is on the disk when append returns. Once the changes take more room than the table, a new file is written beside it and takes its place.
//
// A crash leaves a file that ends with the last change that was on the disk, or in the middle of the one behind, which no edge has acknowledged. Anything
// else that is wrong with the file makes it useless, and costs a download.
type tableLog struct {
	path string

	// mutex is held by whoever changes the file.
	mutex sync.Mutex
	// lock is this process's alone: an edge that drains may still write to the directory when the next one begins. nil: another process has it.
	lock *flock.Lock
	file *os.File // nil: there is none that changes can be appended to.
	// size is how long the file is, and base how much of that its whole table is.
	size, base int64
	compacting bool
	running    sync.WaitGroup
	failed     func(error)
}

func newTableLog(directory string, failed func(error)) *tableLog {
	return &tableLog{path: filepath.Join(directory, "routes.log"), failed: failed}
}

// load returns the changes that the file holds, of which the first is a whole table; none without an error where there is no file. Changes can be
// appended then.
func (l *tableLog) load() ([]tableChange, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	// Where another process has the directory its file is read, and not changed.
	owned := l.own() == nil
	if owned {
		l.removeUnfinished()
	}

	file, err := os.OpenFile(l.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}

	if err != nil {
		return nil, fmt.Errorf("reading the saved route table: %w", err)
	}

	content, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the saved route table: %w", err), file.Close())
	}

	changes, base, size, err := parseLog(content)
	if err == nil && !owned {
		return changes, file.Close() //nolint:wrapcheck // It names the file.
	}

	if err == nil {
		// What is torn off at the end is not to stand before what comes next.
		err = file.Truncate(size)
	}

	if err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}

	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the saved route table: %w", err), file.Close())
	}

	l.file, l.base, l.size = file, base, size

	return changes, nil
}

// removeUnfinished removes what a crash has left of files that were to take the place of this one.
func (l *tableLog) removeUnfinished() {
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(l.path), "routes-*.tmp")) // The pattern is a right one.
	for _, path := range left {
		_ = os.Remove(path) // It only takes room.
	}
}

// save writes an answer of the platform: a whole table in place of the file, a change behind what is there. Where it cannot, it takes the file away, as a
// restarted edge would serve an older table from it. The error of one that is still there is errStale.
func (l *tableLog) save(text []byte, whole bool) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if err := l.own(); err != nil {
		return fmt.Errorf("saving the route table: %w", err)
	}

	err := l.write(text, whole)
	if err == nil {
		return nil
	}

	err = fmt.Errorf("saving the route table: %w", err)

	if l.file != nil {
		err = errors.Join(err, l.file.Close())
		l.file = nil
	}

	if gone := os.Remove(l.path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		return errors.Join(err, errStale, gone)
	}

	return err
}

// own locks the directory for this process, where it has not.
func (l *tableLog) own() error {
	if l.lock != nil {
		return nil
	}

	lock, err := flock.TryDirectory(filepath.Dir(l.path), flock.Exclusive)
	if err != nil {
		return fmt.Errorf("the directory is another process's: %w", err)
	}

	l.lock = lock

	return nil
}

// errStale tells that an older route table is left on the disk.
var errStale = errors.New("a restart without the platform would serve an older route table")

func (l *tableLog) write(text []byte, whole bool) error {
	made, err := record(text)
	if err != nil {
		return err
	}

	if whole {
		return l.replace(append([]byte(logMagic), made...), 0)
	}

	if l.file == nil {
		return errors.New("there is no whole table that a change could stand behind")
	}

	if _, err := l.file.Write(made); err != nil {
		return err //nolint:wrapcheck // It names the file.
	}

	if err := l.file.Sync(); err != nil {
		return err //nolint:wrapcheck // It names the file.
	}

	l.size += int64(len(made))
	l.compactSoon()

	return nil
}

// replace makes a file that begins with content, and goes on with what the file before has behind an offset, where that is not zero.
func (l *tableLog) replace(content []byte, behind int64) error {
	made, err := os.CreateTemp(filepath.Dir(l.path), "routes-*.tmp")
	if err != nil {
		return err //nolint:wrapcheck // It names the file.
	}

	size := int64(len(content))
	_, err = made.Write(content)

	if err == nil && behind > 0 {
		var copied int64

		copied, err = io.Copy(made, io.NewSectionReader(l.file, behind, l.size-behind))
		size += copied
	}

	if err == nil {
		err = made.Sync()
	}

	if err == nil {
		err = os.Rename(made.Name(), l.path)
	}

	if err != nil {
		return errors.Join(err, made.Close(), os.Remove(made.Name()))
	}

	if l.file != nil {
		_ = l.file.Close() // Nobody has it any more.
	}

	l.file, l.base, l.size = made, int64(len(content)), size

	return syncDirectory(filepath.Dir(l.path))
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err //nolint:wrapcheck // It names the directory.
	}

	return errors.Join(directory.Sync(), directory.Close())
}

// compactSoon begins to put the changes into a whole table once they take more room than it.
func (l *tableLog) compactSoon() {
	if l.compacting || l.size-l.base < max(l.base, minCompaction) {
		return
	}

	l.compacting = true
	until, file := l.size, l.file

	l.running.Go(func() {
		if err := l.compact(file, until); err != nil {
			l.failed(fmt.Errorf("compacting the saved route table: %w", err))
		}

		l.mutex.Lock()
		defer l.mutex.Unlock()

		l.compacting = false
	})
}

// compact replaces the beginning of the file by one whole table. It reads and encodes it while changes go on to be appended.
func (l *tableLog) compact(file *os.File, until int64) error {
	content, err := io.ReadAll(io.NewSectionReader(file, 0, until))
	if err != nil {
		return l.unlessReplaced(file, err)
	}

	changes, _, _, err := parseLog(content)
	if err != nil {
		return l.unlessReplaced(file, err)
	}

	text, err := encodeChange(merge(changes))
	if err != nil {
		return err
	}

	made, err := record(text)
	if err != nil {
		return err
	}

	faultpoint.Reach(faultCompaction, faultpoint.Before)

	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.file != file {
		return nil
	}

	if err := l.replace(append([]byte(logMagic), made...), until); err != nil {
		return err
	}

	faultpoint.Reach(faultCompaction, faultpoint.After)

	return nil
}

// unlessReplaced returns an error of reading a file, or none where the file is the log's no more.
func (l *tableLog) unlessReplaced(file *os.File, err error) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.file != file {
		return nil
	}

	return err
}

// close waits for a compaction under way and closes the file.
func (l *tableLog) close() {
	l.running.Wait()

	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.file != nil {
		_ = l.file.Close() // All of it is on the disk.
		l.file = nil
	}

	if l.lock != nil {
		_ = l.lock.Close() // The kernel does so when the process ends.
		l.lock = nil
	}
}
