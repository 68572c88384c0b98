package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// faults is the folder of armed fault points.
type faults string

// arm makes the next process that reaches the point die or freeze.
func (f faults) arm(point, what string) error {
	path := filepath.Join(string(f), point)
	if err := os.WriteFile(path+".new", []byte(what), 0o600); err != nil {
		return fmt.Errorf("arm %s: %w", point, err)
	}

	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("arm %s: %w", point, err)
	}

	return nil
}

// disarm takes the point back.
func (f faults) disarm(point string) error {
	if err := os.Remove(filepath.Join(string(f), point)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("disarm %s: %w", point, err)
	}

	return nil
}

// taken waits until a process has reached the point, and returns which, and when.
func (f faults) taken(ctx context.Context, point string) (int, time.Time, error) {
	const pause = 2 * time.Millisecond

	for {
		found, err := filepath.Glob(filepath.Join(string(f), point+".taken-*"))
		if err != nil {
			return 0, time.Time{}, fmt.Errorf("look for %s: %w", point, err)
		}

		if len(found) > 0 {
			now := time.Now()

			pid, err := strconv.Atoi(found[0][strings.LastIndex(found[0], "-")+1:])
			if err != nil {
				return 0, now, fmt.Errorf("read which process reached %s: %w", point, err)
			}

			// The process reads what to do after it has taken the file.
			return pid, now, nil
		}

		if err := rig.Sleep(ctx, pause); err != nil {
			return 0, time.Time{}, fmt.Errorf("no process reached %s: %w", point, err)
		}
	}
}

// forget removes what a point that was reached has left.
func (f faults) forget(point string) {
	found, _ := filepath.Glob(filepath.Join(string(f), point+".taken-*"))
	for _, path := range found {
		_ = os.Remove(path)
	}
}
