package vmlog

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func linesOf(records []Record) []string {
	return lo.Map(records, func(r Record, _ int) string { return r.Line })
}

func readWhole(t *testing.T, path string) []Record {
	t.Helper()

	reader := NewReader(path, 0)
	defer func() { require.NoError(t, reader.Close()) }()

	return readAll(t, reader)
}

func numbered(from, to int) []string {
	return lo.Map(lo.RangeFrom(from, to-from+1), func(n, _ int) string { return fmt.Sprintf("line %04d", n) })
}

func TestVMLog_FullFileCannotBeSetAside_LinesGoOnAndItIsTriedAgain(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	reader := NewReader(path, 0)

	w, err := newWriter(path, 4000)
	require.NoError(t, err)

	obstacle := filepath.Join(path, olderFile, "obstacle")
	require.NoError(t, os.MkdirAll(obstacle, folderMode))

	for _, line := range numbered(1, 60) {
		w.append(Stdout, []byte(line), 0)
	}

	require.Nil(t, w.release, "no line waits")
	require.NoError(t, os.RemoveAll(filepath.Dir(obstacle)))
	require.Equal(t, numbered(1, 60), linesOf(readAll(t, reader)))

	for _, line := range numbered(61, 70) {
		w.append(Stdout, []byte(line), 0)
	}

	require.Equal(t, numbered(61, 70), linesOf(readAll(t, reader)))
	require.FileExists(t, filepath.Join(path, olderFile))
	require.NoError(t, w.close())
	require.Equal(t, numbered(1, 70), linesOf(readWhole(t, path)))
}

func TestVMLog_FullFileCanNeverBeSetAside_TheDiskIsNotFilled(t *testing.T) {
	t.Parallel()

	const maxSize = 20_000

	synctest.Test(t, func(t *testing.T) {
		path := folder(t, 0)

		w, err := newWriter(path, maxSize)
		require.NoError(t, err)

		obstacle := filepath.Join(path, olderFile, "obstacle")
		require.NoError(t, os.MkdirAll(obstacle, folderMode))

		for _, line := range numbered(1, 1000) {
			w.append(Stdout, []byte(line), 0)
		}

		info, err := os.Stat(filepath.Join(path, currentFile))
		require.NoError(t, err)
		require.LessOrEqual(t, info.Size(), int64(unrotatedFactor*maxSize))

		require.NoError(t, os.RemoveAll(filepath.Dir(obstacle)))
		time.Sleep(2 * retryTime)

		records := readWhole(t, path)
		require.Equal(t, "line 1000", lo.LastOrEmpty(records).Line)
		require.True(t, lo.SomeBy(records, func(r Record) bool {
			return r.Stream == System && r.Line == fmt.Sprintf("%d lines were left out: the node could not write them to its disk.", 1000-len(records)+1)
		}), linesOf(records))
		require.NoError(t, w.close())
	})
}

func TestVMLog_NewFileCannotBeMade_TheOneThatWasSetAsideIsWrittenOn(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	reader := NewReader(path, 0)

	w, err := newWriter(path, 4000)
	require.NoError(t, err)

	for _, line := range numbered(1, 10) {
		w.append(Stdout, []byte(line), 0)
	}

	require.Len(t, readAll(t, reader), 10)

	// What happens where a new file cannot be made: the full one has its new name already.
	require.NoError(t, os.Rename(filepath.Join(path, currentFile), filepath.Join(path, olderFile)))

	for _, line := range numbered(11, 60) {
		w.append(Stdout, []byte(line), 0)
	}

	require.Equal(t, numbered(11, 60), linesOf(readAll(t, reader)))
	require.FileExists(t, filepath.Join(path, currentFile))
	require.NoError(t, w.close())
}

func TestVMLog_DiskFull_GoesOnWhereItStoodOnceThereIsRoom(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("it mounts a disk: run it as root")
	}

	disk := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"))
	t.Cleanup(func() { require.NoError(t, unix.Unmount(disk, 0)) })

	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(disk, "log")
		require.NoError(t, Prepare(path, 0))

		w, err := newWriter(path, MaxFileBytes)
		require.NoError(t, err)

		ballast := filepath.Join(disk, "ballast")
		require.ErrorIs(t, os.WriteFile(ballast, make([]byte, 128<<10), fileMode), unix.ENOSPC)
		require.NoError(t, os.Truncate(ballast, 40<<10), "there is room for some lines")

		written := 0
		for ; w.release == nil; written++ {
			w.append(Stdout, fmt.Appendf(nil, "line %04d", written+1), 0)
		}

		for range 50 {
			written++
			w.append(Stdout, fmt.Appendf(nil, "line %04d", written), 0)
		}

		time.Sleep(3 * retryTime)
		require.Less(t, len(readWhole(t, path)), written-49, "the disk is full")

		require.NoError(t, os.Remove(ballast))
		time.Sleep(2 * retryTime)
		require.Equal(t, numbered(1, written), linesOf(readWhole(t, path)))

		w.append(Stderr, []byte("after"), 0)
		require.Equal(t, "after", Last(path).Line)
		require.EqualValues(t, written+1, Last(path).Sequence)
		require.NoError(t, w.close())
	})
}
