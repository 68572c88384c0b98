package process

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// EndLeftovers ends the processes of an earlier run that use the path: those of the program that have the path among their
// arguments or as their working directory. They are asked to end, and killed ten seconds later: when an earlier run was killed,
// the kernel has asked its children to end already, and they may be about to.
func EndLeftovers(ctx context.Context, program, path string) error {
	const patience = 10 * time.Second

	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	uses := func(folder string) bool { return usesPath(folder, program, path) }
	if err := SignalUntilGone(asking, syscall.SIGTERM, uses); err == nil || ctx.Err() != nil {
		return err
	}

	killing, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	return SignalUntilGone(killing, syscall.SIGKILL, uses)
}

// SignalUntilGone sends the signal once to every process that matches and returns when none is left. match gets the folder of a
// process in /proc, and must return false where the process has ended meanwhile and the folder's files are gone.
func SignalUntilGone(ctx context.Context, signal syscall.Signal, match func(folder string) bool) error {
	const pause = 20 * time.Millisecond

	for signalled := map[int]bool{}; ; {
		folders, err := filepath.Glob("/proc/[0-9]*")
		if err != nil {
			return fmt.Errorf("list the processes: %w", err)
		}

		left := 0

		for _, folder := range folders {
			pid, err := strconv.Atoi(filepath.Base(folder))
			if err != nil || pid == os.Getpid() || !match(folder) {
				continue
			}

			left++

			if !signalled[pid] {
				signalled[pid] = true
				_ = syscall.Kill(pid, signal)
			}
		}

		if left == 0 {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("%d processes of an earlier run do not end: %w", left, ctx.Err())
		case <-time.After(pause):
		}
	}
}

func usesPath(folder, program, path string) bool {
	// The kernel keeps this much of a program's name.
	const nameLength = 15

	name, _ := os.ReadFile(filepath.Join(folder, "comm"))
	if strings.TrimSpace(string(name)) != program[:min(len(program), nameLength)] {
		return false
	}

	workingDirectory, _ := os.Readlink(filepath.Join(folder, "cwd"))
	arguments, _ := os.ReadFile(filepath.Join(folder, "cmdline"))

	return workingDirectory == path || slices.Contains(strings.Split(string(arguments), "\x00"), path)
}
