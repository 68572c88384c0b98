package vmlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/containerd/v2/core/runtime/v2/logging"
	"golang.org/x/sync/errgroup"
)

// Command is the argument that makes the zeitwork binary the log process of a VM. The next argument is the VM's folder.
const Command = "vm-logger"

// drainTime is how long the log process may keep reading once it is told to end. The pipes of an ended VM are closed, so that it needs less.
const drainTime = 5 * time.Second

// Run is the log process: it copies the streams that containerd's shim passes to it into the folder, until both end. It never returns: it ends the
// process.
func Run(folder string) {
	logging.Run(func(ctx context.Context, config *logging.Config, ready func() error) error {
		w, err := newWriter(folder, MaxFileBytes)
		if err != nil {
			return err
		}

		if err := ready(); err != nil {
			return fmt.Errorf("tell the shim that logging is ready: %w", err)
		}

		return copyStreams(ctx, w, config)
	})
}

func copyStreams(ctx context.Context, w *writer, config *logging.Config) error {
	var (
		group errgroup.Group
		ended = make(chan error, 1)
	)

	group.Go(func() error {
		return eachLine(config.Stdout, func(line []byte, cut int64) { w.append(Stdout, line, cut) })
	})
	group.Go(func() error {
		return eachLine(config.Stderr, func(line []byte, cut int64) { w.append(Stderr, line, cut) })
	})

	go func() { ended <- group.Wait() }()

	select {
	case err := <-ended:
		return errors.Join(err, w.close())
	case <-ctx.Done():
	}

	select {
	case err := <-ended:
		return errors.Join(err, w.close())
	case <-time.After(drainTime):
		return w.close()
	}
}
