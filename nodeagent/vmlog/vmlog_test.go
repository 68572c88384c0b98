package vmlog

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/runtime/v2/logging"
	"github.com/stretchr/testify/require"
)

const noLimit = 1 << 30

func folder(t *testing.T, after int64) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "vm")
	require.NoError(t, Prepare(path, after))

	return path
}

func write(t *testing.T, path string, maxSize int64, stdout, stderr string) {
	t.Helper()

	w, err := newWriter(path, maxSize)
	require.NoError(t, err)
	require.NoError(t, copyStreams(t.Context(), w, &logging.Config{Stdout: strings.NewReader(stdout), Stderr: strings.NewReader(stderr)}))
}

func readAll(t *testing.T, r *Reader) []Record {
	t.Helper()

	records, err := r.Read(noLimit, noLimit)
	require.NoError(t, err)

	return records
}

func TestVMLog_NumbersGoOnOverRestarts(t *testing.T) {
	t.Parallel()

	path := folder(t, 41)
	write(t, path, MaxFileBytes, "one\n", "")
	write(t, path, MaxFileBytes, "", "two\r\nthree without an end")

	reader := NewReader(path, 41)
	records := readAll(t, reader)
	require.Len(t, records, 3)
	require.Equal(t, []int64{42, 43, 44}, []int64{records[0].Sequence, records[1].Sequence, records[2].Sequence})
	require.Equal(t, []string{"one", "two", "three without an end"}, []string{records[0].Line, records[1].Line, records[2].Line})
	require.Equal(t, []string{Stdout, Stderr, Stderr}, []string{records[0].Stream, records[1].Stream, records[2].Stream})
	require.False(t, records[0].Time.IsZero())
	require.Empty(t, readAll(t, reader))
	require.NoError(t, reader.Close())
}

func TestVMLog_ALineOfAMegabyteIsCutAndSaysSo(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	write(t, path, MaxFileBytes, strings.Repeat("x", 1<<20)+"\nnext\n", "")

	records := readAll(t, NewReader(path, 0))
	require.Len(t, records, 2)
	require.True(t, strings.HasPrefix(records[0].Line, strings.Repeat("x", MaxLineBytes)))
	require.Contains(t, records[0].Line, "1032192 more bytes of this line were left out")
	require.Less(t, len(records[0].Line), 20_000)
	require.Equal(t, "next", records[1].Line)
}

func TestVMLog_InvalidBytesAndNULAreReplaced(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	write(t, path, MaxFileBytes, "a\x00b\xffc\n", "")
	require.Equal(t, "a\uFFFDb\uFFFDc", readAll(t, NewReader(path, 0))[0].Line)
}

func TestVMLog_FilesRotateAndAReaderFollows(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	reader := NewReader(path, 0)
	require.Empty(t, readAll(t, reader))

	w, err := newWriter(path, 400)
	require.NoError(t, err)

	got := make([]Record, 0, 40)

	for range 40 {
		w.append(Stdout, []byte("a line that is long enough"), 0)

		got = append(got, readAll(t, reader)...)
	}

	require.Len(t, got, 40)
	require.Equal(t, int64(40), got[39].Sequence)

	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	require.Len(t, entries, 3, "two files and the floor")
}

func TestVMLog_AReaderThatComesLateFindsTheOlderFileFirst(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)

	w, err := newWriter(path, 400)
	require.NoError(t, err)

	for range 7 {
		w.append(Stdout, []byte("a line that is long enough"), 0)
	}

	records := readAll(t, NewReader(path, 4))
	require.NotEmpty(t, records)
	require.Equal(t, int64(5), records[0].Sequence)
	require.Equal(t, int64(7), records[len(records)-1].Sequence)
}

func TestVMLog_AReaderWaitsForTheRestOfARecord(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	file, err := os.Create(filepath.Join(path, currentFile))
	require.NoError(t, err)

	t.Cleanup(func() { _ = file.Close() })

	reader := NewReader(path, 0)
	_, err = file.WriteString(`{"s":1,"o":"stdout",`)
	require.NoError(t, err)
	require.Empty(t, readAll(t, reader))

	_, err = file.WriteString("\"l\":\"whole\"}\n")
	require.NoError(t, err)
	require.Equal(t, "whole", readAll(t, reader)[0].Line)
}

func TestVMLog_HalfARecordOfAKilledWriterIsPassedOver(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	require.NoError(t, os.WriteFile(filepath.Join(path, currentFile), []byte("{\"s\":7,\"l\":\"whole\"}\n{\"s\":8,\"l\":\"ha"), fileMode))
	write(t, path, MaxFileBytes, "after\n", "")

	records := readAll(t, NewReader(path, 0))
	require.Len(t, records, 2)
	require.Equal(t, int64(8), records[1].Sequence)
	require.Equal(t, "after", records[1].Line)
}

func TestVMLog_Last_IsTheNewestWholeRecord(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	require.Empty(t, Last(path))

	write(t, path, MaxFileBytes, "", "one\ntwo\n")
	require.Equal(t, "two", Last(path).Line)
	require.Equal(t, Stderr, Last(path).Stream)

	file, err := os.OpenFile(filepath.Join(path, currentFile), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString(`{"s":3,"l":"ha`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.Equal(t, "two", Last(path).Line)
}

func TestVMLog_LinesOverTheRateAreCounted(t *testing.T) {
	t.Parallel()

	const lines = 100_000

	path := folder(t, 0)
	write(t, path, noLimit, strings.Repeat("spam\n", lines), "")

	var notes, kept int

	for _, record := range readAll(t, NewReader(path, 0)) {
		if record.Stream == System {
			require.Contains(t, record.Line, "lines were left out")

			notes++
		} else {
			kept++
		}
	}

	require.Positive(t, notes)
	require.GreaterOrEqual(t, kept, burstLines)
	require.Less(t, kept, lines)
}

func TestVMLog_CrashBehindABurst_TheLastLinesAreThere(t *testing.T) {
	t.Parallel()

	const lines = 200_000

	path := folder(t, 0)
	write(t, path, noLimit, strings.Repeat("noise\n", lines), "")
	write(t, path, noLimit, strings.Repeat("noise\n", lines)+"Error: DATABASE_URL is not set\n    at server.js:1\n", "")

	records := readAll(t, NewReader(path, 0))
	last := records[len(records)-2:]
	require.Equal(t, []string{"Error: DATABASE_URL is not set", "    at server.js:1"}, []string{last[0].Line, last[1].Line})

	told, notes := len(records), 0

	for i, record := range records {
		require.Equal(t, int64(i+1), record.Sequence)

		if record.Stream == System {
			var dropped int

			_, err := fmt.Sscanf(record.Line, "%d lines were left out", &dropped)
			require.NoError(t, err)

			told += dropped - 1
			notes++
		}
	}

	require.Positive(t, notes)
	require.Equal(t, 2*lines+2, told, "each line is there or counted")
}

func TestVMLog_BurstOfAnAppThatLives_IsToldAtOnce(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	w, err := newWriter(path, noLimit)
	require.NoError(t, err)

	source, sink := io.Pipe()
	ended := make(chan error, 1)

	go func() {
		ended <- copyStreams(t.Context(), w, &logging.Config{Stdout: source, Stderr: strings.NewReader("")})
	}()

	_, err = io.WriteString(sink, strings.Repeat("noise\n", 3*burstLines)+"last words\n")
	require.NoError(t, err)

	reader, seen := NewReader(path, 0), []Record{}

	require.Eventually(t, func() bool {
		seen = append(seen, readAll(t, reader)...)

		return len(seen) > 0 && seen[len(seen)-1].Line == "last words"
	}, 10*time.Second, 10*time.Millisecond)
	require.True(t, slices.ContainsFunc(seen, func(r Record) bool { return r.Stream == System }))

	require.NoError(t, sink.Close())
	require.NoError(t, <-ended)
}

func TestHeld_KeepsTheLastWithinItsBounds(t *testing.T) {
	t.Parallel()

	var h held

	for range 3 * maxHeldLines {
		h.add(Record{Line: strings.Repeat("x", MaxLineBytes)})
	}

	require.Len(t, h.records, maxHeldBytes/MaxLineBytes)
	require.Equal(t, 3*maxHeldLines, h.dropped+len(h.records))

	for len(h.records) > 0 {
		h.shift()
	}

	require.Zero(t, h.bytes)
}

func TestVMLog_ToldToEnd_ReadsWhatIsLeft(t *testing.T) {
	t.Parallel()

	path := folder(t, 0)
	w, err := newWriter(path, MaxFileBytes)
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	source, sink := io.Pipe()

	go func() {
		_, _ = sink.Write([]byte("last words\n"))
		_ = sink.Close()
	}()

	require.NoError(t, copyStreams(ctx, w, &logging.Config{Stdout: source, Stderr: strings.NewReader("")}))
	require.Equal(t, "last words", readAll(t, NewReader(path, 0))[0].Line)
}
