package nodeagent

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// shipping follows a VM's log, and returns the watch, the log's folder, and the lines that are shipped.
func shipping(t *testing.T, watch *logWatch) (string, <-chan string) {
	t.Helper()

	lines := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var batch client.ShipLogsInputBody
		if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
			w.WriteHeader(http.StatusBadRequest)

			return
		}

		for _, line := range batch.Lines {
			lines <- line.Line
		}

		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)

	api, err := client.NewClientWithResponses(server.URL)
	require.NoError(t, err)

	agent := &Agent{api: api, logWatch: watch}
	folder := filepath.Join(t.TempDir(), "log")
	require.NoError(t, vmlog.Prepare(folder, 0))

	shipper := agent.newLogShipper(slog.New(slog.DiscardHandler), uuid.New(), folder, 0)
	inBackground(t, shipper.follow)

	return folder, lines
}

// inBackground runs a function until the test ends.
func inBackground(t *testing.T, run func(context.Context)) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	go func() {
		defer close(done)

		run(ctx)
	}()

	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// write appends a record to a log, as a log process does.
func write(t *testing.T, folder string, sequence int) string {
	t.Helper()

	file, err := os.OpenFile(filepath.Join(folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)

	line := fmt.Sprint("line ", sequence)
	_, err = fmt.Fprintf(file, "{\"s\":%d,\"o\":\"stdout\",\"l\":%q}\n", sequence, line)
	require.NoError(t, err)
	require.NoError(t, file.Close())

	return line
}

// requireSoon waits for a line, for less time than passes until the log is looked at anyway.
func requireSoon(t *testing.T, lines <-chan string, want string) {
	t.Helper()

	select {
	case line := <-lines:
		require.Equal(t, want, line)
	case <-time.After(idleInterval / 3):
		require.Fail(t, "the line was not shipped in time")
	}
}

func TestLogs_OfAnIdleVM_AreShippedAsSoonAsALineIsWritten(t *testing.T) {
	t.Parallel()

	watch := newLogWatch(slog.New(slog.DiscardHandler))
	require.NotNil(t, watch.watcher)
	inBackground(t, func(ctx context.Context) { _ = watch.run(ctx) })

	folder, lines := shipping(t, watch)

	for sequence := 1; sequence <= 3; sequence++ {
		requireSoon(t, lines, write(t, folder, sequence))
	}

	require.NoError(t, os.Rename(filepath.Join(folder, "log"), filepath.Join(folder, "log.1")))
	requireSoon(t, lines, write(t, folder, 4))
}

func TestLogs_EventsWereLost_AllAreLookedAt(t *testing.T) {
	t.Parallel()

	watch := newLogWatch(slog.New(slog.DiscardHandler))
	inBackground(t, func(ctx context.Context) { _ = watch.run(ctx) })

	folder, lines := shipping(t, watch)
	requireSoon(t, lines, write(t, folder, 1))

	require.NoError(t, watch.watcher.Remove(folder), "no event tells of the next line")

	line := write(t, folder, 2)
	watch.watcher.Errors <- fsnotify.ErrEventOverflow

	requireSoon(t, lines, line)
}

func TestLogs_ThatCannotBeWatched_AreLookedAt(t *testing.T) {
	t.Parallel()

	folder, lines := shipping(t, &logWatch{logger: slog.New(slog.DiscardHandler), wakes: map[string]chan struct{}{}})

	for sequence := 1; sequence <= 3; sequence++ {
		requireSoon(t, lines, write(t, folder, sequence))
	}
}
