package builder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/buildstop"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	// watchEvery is how often it is looked how much of the disk is free, and whether an instruction's turn to be measured has come.
	watchEvery = 250 * time.Millisecond
	// measureShare is the part of the time in which one instruction is measured at most, as a whole number of parts: measuring means to visit each of its
	// files.
	measureShare = 10
	// floorShare is the part of what the cache leaves free that nobody may use up.
	floorShare = 5
	// inodeShare is the part of the disk's files that must stay free.
	inodeShare = 50
	// least is how much an instruction must have written to be ended for it.
	least = 16 << 20
	// recovery is how long buildkitd has to give the disk back of an instruction that was ended, before the next one is.
	recovery = 10 * time.Second
)

// diskWatch ends instructions of builds that write too much to the builder's disk. The kernel could do so by project quotas, on the few file systems that
// were made for them, and BuildKit knows nothing of those.
type diskWatch struct {
	builds buildProcesses
	// limit is how much one instruction may write, floor how much of the disk must stay free.
	limit, floor int64
	logger       *slog.Logger

	running   map[string]*watched
	measuring sync.WaitGroup
	// patientUntil is until when a disk that is nearly full is waited for.
	patientUntil time.Time
}

// watched is what is known of an instruction that runs.
type watched struct {
	instruction

	// busy is true while it is measured, by a goroutine that has the next two fields to itself meanwhile: many files take a while, and others are looked at.
	busy   atomic.Bool
	layers []layer
	// next is when it is measured again.
	next time.Time

	written atomic.Int64
	ended   bool
}

// start begins to watch. The function that it returns ends that, may be called again, and returns when it has ended.
func (w *diskWatch) start(ctx context.Context) func() {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})

	go func() {
		defer close(ended)
		defer w.measuring.Wait()

		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()

		for {
			select {
			case <-watching.Done():
				return
			case <-ticker.C:
			}

			if err := w.look(watching); err != nil && watching.Err() == nil {
				w.logger.ErrorContext(watching, "what builds write to the disk is not known; looking again", logging.Error(err))
			}
		}
	}()

	return func() {
		stop()
		<-ended
	}
}

// look has the instructions measured whose turn it is, and ends those that must end.
func (w *diskWatch) look(ctx context.Context) error {
	if err := w.findRunning(); err != nil || len(w.running) == 0 {
		return err
	}

	nearlyFull, err := w.isNearlyFull()
	problems := []error{err}

	for _, one := range w.running {
		if one.written.Load() > w.limit && !one.ended {
			problems = append(problems, w.end(ctx, one, buildstop.TooMuch(w.limit)))
		}

		if !one.ended && !one.busy.Load() && time.Now().After(one.next) {
			one.busy.Store(true)
			w.measuring.Go(func() { w.measure(ctx, one) })
		}
	}

	if nearlyFull && time.Now().After(w.patientUntil) {
		problems = append(problems, w.endLargest(ctx))
	}

	return errors.Join(problems...)
}

// findRunning brings the list of instructions up to date.
func (w *diskWatch) findRunning() error {
	found, err := w.builds.instructions()
	if err != nil {
		return err
	}

	running := make(map[string]*watched, len(found))

	for _, one := range found {
		if running[one.cgroup] = w.running[one.cgroup]; running[one.cgroup] == nil {
			running[one.cgroup] = &watched{instruction: one}
		}
	}

	w.running = running

	return nil
}

func (w *diskWatch) isNearlyFull() (bool, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(w.builds.root, &stat); err != nil {
		return false, fmt.Errorf("find out how much of the disk is free: %w", err)
	}

	free := int64(stat.Bavail) * stat.Bsize //nolint:gosec // Disks fit.

	return free < w.floor || stat.Ffree < stat.Files/inodeShare, nil
}

// measure finds out how much an instruction has written.
func (w *diskWatch) measure(ctx context.Context, one *watched) {
	defer one.busy.Store(false)

	begun := time.Now()

	size, err := w.sizeOf(one)
	if err != nil && !errors.Is(err, errNotReady) {
		w.logger.ErrorContext(ctx, "what an instruction of a build has written is not known; looking again", logging.Error(err))
	}

	one.written.Store(size)
	one.next = time.Now().Add(time.Since(begun) * measureShare)
}

func (w *diskWatch) sizeOf(one *watched) (int64, error) {
	processes := one.processes()

	if one.layers == nil {
		root, err := filepath.EvalSymlinks(w.builds.root)
		if err != nil {
			return 0, fmt.Errorf("find buildkitd's folder: %w", err)
		}

		if one.layers, err = layers(root, processes); err != nil {
			return 0, err
		}
	}

	return written(one.layers, processes)
}

// endLargest ends the instruction that has written the most.
func (w *diskWatch) endLargest(ctx context.Context) error {
	candidates := slices.DeleteFunc(slices.Collect(maps.Values(w.running)), func(one *watched) bool { return one.ended || one.written.Load() < least })
	if len(candidates) == 0 {
		return nil
	}

	w.patientUntil = time.Now().Add(recovery)

	largest := slices.MaxFunc(candidates, func(one, other *watched) int { return cmp.Compare(one.written.Load(), other.written.Load()) })

	return w.end(ctx, largest, buildstop.NearlyFull())
}

func (w *diskWatch) end(ctx context.Context, one *watched, line string) error {
	w.logger.WarnContext(ctx, "ending an instruction of a build, which has written too much to the disk", slog.Int64("bytes", one.written.Load()),
		slog.String("container", filepath.Base(one.cgroup)), slog.String("reason", line))

	one.ended = true

	return one.end(ctx, line)
}
