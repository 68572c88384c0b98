package localcluster

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/zeitwork/zeitwork/internal/daemon"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	// steady is how long a child has to live for its next death to count as the first.
	steady = 30 * time.Second
)

// part is one child process that is started again when it dies.
type part struct {
	name  string
	start func(ctx context.Context) (*daemon.Process, error)

	mutex   sync.Mutex
	process *daemon.Process
}

func (p *part) current() *daemon.Process {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.process
}

func (p *part) run(ctx context.Context) error {
	process, err := p.start(ctx)
	if err != nil {
		return err
	}

	p.mutex.Lock()
	p.process = process
	p.mutex.Unlock()

	return nil
}

// run starts a part, and from then on starts it again whenever it dies, until the cluster stops.
func (c *Cluster) run(ctx context.Context, name string, start func(ctx context.Context) (*daemon.Process, error)) (*daemon.Process, error) {
	c.options.Progress(name, "starting")

	part := &part{name: name, start: start}
	if err := part.run(ctx); err != nil {
		return nil, err
	}

	c.later(func(ctx context.Context) error {
		c.options.Progress(name, "stopping")

		return part.current().Stop(ctx)
	})

	c.mutex.Lock()
	c.parts[name] = part
	c.mutex.Unlock()

	c.watchers.Go(func() { c.watch(part) })

	return part.current(), nil
}

func (c *Cluster) watch(part *part) {
	log := c.options.Logger.With("part", part.name)

	for pause := firstPause; ; {
		started := time.Now()

		select {
		case <-c.lifetime.Done():
			return
		case <-part.current().Done():
		}

		log.Error("a part died; starting it again", logging.Error(part.current().Err()), slog.String("log", part.current().LogFile()))

		if time.Since(started) > steady {
			pause = firstPause
		}

		for {
			select {
			case <-c.lifetime.Done():
				return
			case <-time.After(pause):
			}

			pause = min(pause+pause, longestPause)

			err := part.run(c.lifetime)
			if err == nil {
				break
			}

			log.Error("a part does not start", logging.Error(err), slog.Duration("next_try_in", pause))
		}
	}
}

// PID returns the process id of a part: postgres, registry, containerd, buildkitd, api, worker-1, worker-2, …, nodeagent or
// edgeproxy. It changes when the part died and was started again; it is 0 for a part that there is none of.
func (c *Cluster) PID(name string) int {
	c.mutex.Lock()
	part := c.parts[name]
	c.mutex.Unlock()

	if part == nil {
		return 0
	}

	return part.current().PID()
}
