package edgeproxy

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/zeitwork/zeitwork/internal/faultpoint"
	"github.com/zeitwork/zeitwork/internal/flock"
)

const (
	// logMagic begins the file, and names its format.
	logMagic = "zeitwork routes 1\n"
	// recordHeader is the length of a record's text, the CRC-32C of that length, and that of the text, four bytes each, little-endian. A length that is not
	// what was written would look like a record that was torn off.
	recordHeader = 12
	// maxRecord is the longest text of a record: some five million routes.
	maxRecord = math.MaxInt32
	// minCompaction is how many bytes of changes there are at least before they are put into a whole table.
	minCompaction = 4 << 10

	// faultCompaction is reached before a compacted file takes the place of the one that it was made of, and when it has.
	faultCompaction = "route_compaction"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli) //nolint:gochecknoglobals // It is a constant.

// errLogBroken tells that the file says something that was never written. Nothing of it is used: an older table that it may still hold would be a wrong one.
var errLogBroken = errors.New("the saved route table is broken")

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

// parseLog returns the changes in a file, where the first of them ends, and where the last one does that is there as a whole.
func parseLog(content []byte) (changes []tableChange, base, size int64, err error) {
	if len(content) < len(logMagic) || string(content[:len(logMagic)]) != logMagic {
		return nil, 0, 0, errLogBroken
	}

	rest := content[len(logMagic):]

	for len(rest) > 0 {
		text, after, err := nextRecord(rest)
		if err != nil {
			return nil, 0, 0, err
		}

		if text == nil {
			break
		}

		var change tableChange

		if err := json.Unmarshal(text, &change); err != nil {
			return nil, 0, 0, fmt.Errorf("%w: %w", errLogBroken, err)
		}

		if len(changes) > 0 && (change.Since == nil || *change.Since != changes[len(changes)-1].Version) {
			return nil, 0, 0, errLogBroken
		}

		changes, rest = append(changes, change), after

		if len(changes) == 1 {
			base = int64(len(content) - len(rest))
		}
	}

	if len(changes) == 0 || changes[0].Since != nil {
		return nil, 0, 0, errLogBroken
	}

	return changes, base, int64(len(content) - len(rest)), nil
}

// nextRecord returns the text of the first record and what is behind it, or no text where the record was torn off.
func nextRecord(content []byte) (text, rest []byte, err error) {
	if len(content) < recordHeader {
		return nil, nil, nil
	}

	if binary.LittleEndian.Uint32(content[4:]) != crc32.Checksum(content[:4], castagnoli) {
		return nil, nil, errLogBroken
	}

	length := int64(binary.LittleEndian.Uint32(content))
	if int64(len(content)-recordHeader) < length {
		return nil, nil, nil
	}

	text, rest = content[recordHeader:recordHeader+length], content[recordHeader+length:]
	if binary.LittleEndian.Uint32(content[8:]) != crc32.Checksum(text, castagnoli) {
		return nil, nil, errLogBroken
	}

	return text, rest, nil
}

func record(text []byte) ([]byte, error) {
	if len(text) > maxRecord {
		return nil, errors.New("the route table is too long to be saved")
	}

	made := binary.LittleEndian.AppendUint32(make([]byte, 0, recordHeader+len(text)), uint32(len(text))) //nolint:gosec // It is no more than maxRecord.
	made = binary.LittleEndian.AppendUint32(made, crc32.Checksum(made, castagnoli))
	made = binary.LittleEndian.AppendUint32(made, crc32.Checksum(text, castagnoli))

	return append(made, text...), nil
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

// merge returns the whole table that changes lead to, of which the first is one.
func merge(changes []tableChange) tableChange {
	routes := map[string]json.RawMessage{}

	for _, change := range changes {
		for _, hostname := range change.Removed {
			delete(routes, hostname)
		}

		for _, raw := range change.Routes {
			routes[hostnameIn(raw)] = raw
		}
	}

	last := changes[len(changes)-1]
	whole := tableChange{Version: last.Version, Checksum: last.Checksum, Routes: []json.RawMessage{}}

	for _, hostname := range slices.Sorted(maps.Keys(routes)) {
		whole.Routes = append(whole.Routes, routes[hostname])
	}

	return whole
}

// encodeChange leaves the routes as they were sent: their checksums are of their text.
func encodeChange(change tableChange) ([]byte, error) {
	var text bytes.Buffer

	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)

	if err := encoder.Encode(change); err != nil {
		return nil, fmt.Errorf("encoding the route table: %w", err)
	}

	return text.Bytes(), nil
}

func hostnameIn(raw json.RawMessage) string {
	var entry struct {
		Hostname string `json:"hostname"`
	}

	_ = json.Unmarshal(raw, &entry) // What cannot be read is kept as it is, as one entry.

	return entry.Hostname
}
