package node

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// idle is what an idle node costs.
type idle struct {
	// percent is of one core, by agent and log processes together.
	percent float64
	// requests are those of the agent at the api, a second.
	requests float64
}

// rest is the time after which a healthy VM is probed as seldom as it ever is.
const rest = 2 * time.Minute

// measureIdle measures the node while nothing changes, when it has come to rest.
func (w *world) measureIdle(ctx context.Context) (idle, error) {
	fmt.Fprintf(os.Stderr, "The node rests for %.0f s and is then measured for %.0f s.\n", rest.Seconds(), w.options.Idle.Seconds())

	if err := rig.Sleep(ctx, rest); err != nil {
		return idle{}, err
	}

	w.mu.Lock()
	clear(w.requests)
	w.mu.Unlock()

	before, err := w.used()
	if err != nil {
		return idle{}, err
	}

	began := time.Now()

	if err := rig.Sleep(ctx, w.options.Idle); err != nil {
		return idle{}, err
	}

	elapsed := time.Since(began)

	after, err := w.used()
	if err != nil {
		return idle{}, err
	}

	percent := func(name string) float64 { return 100 * (after[name] - before[name]).Seconds() / elapsed.Seconds() }

	fmt.Printf("\nIdle, with %d VMs, for %.0f s:\n", len(w.assigned), elapsed.Seconds())

	for _, name := range slices.Sorted(maps.Keys(after)) {
		fmt.Printf("  %-12s %6.2f %% of a core\n", name, percent(name))
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	total := 0

	for _, name := range slices.Sorted(maps.Keys(w.requests)) {
		fmt.Printf("  %-36s %6.3f a second\n", name, float64(w.requests[name])/elapsed.Seconds())
		total += w.requests[name]
	}

	if err := w.printMemory(); err != nil {
		return idle{}, err
	}

	return idle{percent(agentName) + percent(programsName) + percent(loggersName), float64(total) / elapsed.Seconds()}, nil
}

// measureLog has many apps write lines at once, and returns how many of them were stored a second.
func (w *world) measureLog(ctx context.Context) (float64, error) {
	const patience = 5 * time.Minute

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	rows, err := w.pool.Query(ctx, "SELECT host(ip) FROM vms ORDER BY id LIMIT $1", talkers)
	if err != nil {
		return 0, fmt.Errorf("read the addresses of VMs: %w", err)
	}

	var addresses []string

	for rows.Next() {
		var address string
		if err := rows.Scan(&address); err != nil {
			return 0, fmt.Errorf("read the addresses of VMs: %w", err)
		}

		addresses = append(addresses, address)
	}

	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read the addresses of VMs: %w", err)
	}

	began := time.Now()
	failed := make(chan error, len(addresses))

	for _, address := range addresses {
		go func() { failed <- w.talk(ctx, address, linesEach) }()
	}

	for range addresses {
		if err := <-failed; err != nil {
			return 0, err
		}
	}

	written := time.Since(began)
	total := len(addresses) * linesEach

	if err := w.await(ctx, total, "SELECT count(*) FROM runtime_logs"); err != nil {
		return 0, err
	}

	elapsed := time.Since(began)
	fmt.Printf("\n%d lines of %d apps were written to their log processes within %.2f s and stored within %.2f s.\n",
		total, len(addresses), written.Seconds(), elapsed.Seconds())

	return float64(total) / elapsed.Seconds(), nil
}
