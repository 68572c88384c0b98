package cluster

import (
	"context"
	"log/slog"
	"time"

	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/process"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	// steady is how long a part must live for its next death to count as the first.
	steady = 5 * time.Second
)

// run starts a part and returns when it works. From then on the part is started again whenever it dies, until the cluster stops.
func (c *Cluster) run(ctx context.Context, name string, starter starter, check check) (*process.Process, error) {
	c.options.Progress(name, "starting")

	part := newPart(name, starter, check)
	if err := part.start(ctx); err != nil {
		return nil, err
	}

	c.later(func(ctx context.Context) error {
		c.options.Progress(name, "stopping")

		return part.stop(ctx)
	})

	c.mutex.Lock()
	c.parts[name] = part
	c.mutex.Unlock()

	process := part.current()

	c.watchers.Go(func() { c.watch(part) })

	return process, part.awaitReady(ctx)
}

// watch starts a part again whenever it dies, unless Release or Replace does. The pause before a start doubles until the part works.
func (c *Cluster) watch(part *part) {
	log := c.options.Logger.With("part", part.name)

	for pause := firstPause; ; {
		process, started := part.current(), time.Now()

		if !waited(c.lifetime, process.Done()) || !waited(c.lifetime, part.free()) {
			return
		}

		if part.settled() != process {
			continue
		}

		log.Error("a part died; starting it again", logging.Error(process.Err()), slog.String("log", process.LogFile()))

		if time.Since(started) > steady {
			pause = firstPause
		}

		for part.settled() == process {
			if !waited(c.lifetime, time.After(pause)) || !waited(c.lifetime, part.free()) {
				return
			}

			pause = min(pause+pause, longestPause)

			if err := part.revive(c.lifetime); err != nil {
				log.Error("a part does not start", logging.Error(err), slog.Duration("next_try_in", pause))
			}
		}

		if part.check != nil && part.awaitReady(c.lifetime) == nil {
			pause = firstPause
		}
	}
}

// waited waits for the signal and tells whether it came before ctx ended.
func waited[T any](ctx context.Context, signal <-chan T) bool {
	select {
	case <-ctx.Done():
	case <-signal:
	}

	return ctx.Err() == nil
}
