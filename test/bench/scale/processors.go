package scale

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// as returns a client that signs in with a token.
func (w *world) as(token string) (*client.ClientWithResponses, error) {
	return client.NewClientWithResponses(w.server.URL, client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)

		return nil
	}))
}

// costOf returns the processor time of one run of work, in milliseconds, of this process and of Postgres together.
func (w *world) costOf(ctx context.Context, rounds int, work func(round int) error) (float64, error) {
	if err := work(0); err != nil { // What is done once is not measured.
		return 0, err
	}

	before, err := w.processorTime(ctx)
	if err != nil {
		return 0, err
	}

	for round := range rounds {
		if err := work(round); err != nil {
			return 0, err
		}
	}

	after, err := w.processorTime(ctx)

	return float64(after-before) / float64(time.Millisecond) / float64(rounds), err
}

// processorTime is what this process and the connections of its database have used, as far as it has seen them.
func (w *world) processorTime(ctx context.Context) (time.Duration, error) {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}

	rows, err := w.pool.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
	if err != nil {
		return 0, fmt.Errorf("find the processes of Postgres: %w", err)
	}

	processes, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return 0, fmt.Errorf("find the processes of Postgres: %w", err)
	}

	// Connections are closed now and then, with their processes.
	for _, process := range processes {
		w.used[process] = max(w.used[process], timeOf(process))
	}

	return time.Duration(own.Utime.Nano()+own.Stime.Nano()) + lo.Sum(lo.Values(w.used)), nil
}

// timeOf returns the processor time of a process; zero where it is gone.
func timeOf(process int) time.Duration {
	// The second field is how long it ran, in nanoseconds, as the scheduler counts.
	text, err := os.ReadFile("/proc/" + strconv.Itoa(process) + "/schedstat")
	if err != nil {
		return 0
	}

	first, _, _ := strings.Cut(string(text), " ")
	nanoseconds, _ := strconv.ParseInt(first, 10, 64) // The kernel writes a number.

	return time.Duration(nanoseconds)
}
