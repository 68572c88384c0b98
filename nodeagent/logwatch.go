package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/logging"
)

// logWatch tells when something was written to the folders of logs, so that nobody has to look at those in which nothing happens. The kernel bounds how many
// folders can be watched, and how many events wait: who cannot watch has to look from time to time, and after lost events everybody does.
type logWatch struct {
	logger  *slog.Logger
	watcher *fsnotify.Watcher // Nil where the kernel gave none.
	full    sync.Once

	mu    sync.Mutex
	wakes map[string]chan struct{} // By folder.
}

func newLogWatch(logger *slog.Logger) *logWatch {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		logger.Warn("the logs of VMs cannot be watched and are looked at again and again: raise fs.inotify.max_user_instances", logging.Error(err))
	}

	return &logWatch{logger: logger, watcher: watcher, wakes: map[string]chan struct{}{}}
}

// add has wake signalled whenever something was written to the folder, from now on.
func (w *logWatch) add(folder string, wake chan struct{}) error {
	if w.watcher == nil {
		return errors.ErrUnsupported
	}

	w.mu.Lock()
	w.wakes[folder] = wake
	w.mu.Unlock()

	if err := w.watcher.Add(folder); err != nil {
		w.remove(folder)

		if errors.Is(err, unix.ENOSPC) {
			w.full.Do(func() {
				w.logger.Warn("some logs of VMs cannot be watched and are looked at again and again: raise fs.inotify.max_user_watches")
			})
		}

		return fmt.Errorf("watch a VM's log: %w", err)
	}

	return nil
}

func (w *logWatch) remove(folder string) {
	w.mu.Lock()
	_, added := w.wakes[folder]
	delete(w.wakes, folder)
	w.mu.Unlock()

	if added {
		_ = w.watcher.Remove(folder) // It is gone already where the folder is.
	}
}

// run passes events on until ctx ends.
func (w *logWatch) run(ctx context.Context) error {
	if w.watcher == nil {
		return nil
	}

	defer func() { _ = w.watcher.Close() }()

	for {
		select {
		case event := <-w.watcher.Events:
			w.wake(filepath.Dir(event.Name))
		case err := <-w.watcher.Errors:
			w.logger.WarnContext(ctx, "events of VMs' logs were lost: all logs are looked at", logging.Error(err))
			w.wakeAll()
		case <-ctx.Done():
			return nil
		}
	}
}

func (w *logWatch) wake(folder string) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if wake, ok := w.wakes[folder]; ok {
		signal(wake)
	}
}

func (w *logWatch) wakeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()

	for _, wake := range w.wakes {
		signal(wake)
	}
}
