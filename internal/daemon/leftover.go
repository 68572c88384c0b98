package daemon

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

// endLeftovers ends processes of an earlier run that use the path: those of the program that have it among their arguments,
// or as their working directory. An earlier run that was killed has already asked its children to end, so they get time for it before
// they are killed.
func endLeftovers(ctx context.Context, program, path string) error {
	const (
		patience = 10 * time.Second
		pause    = 50 * time.Millisecond
	)

	deadline := time.Now().Add(patience)
	signal := syscall.SIGTERM

	for asked := map[int]bool{}; ; {
		left, err := usersOf(program, path)
		if err != nil || len(left) == 0 {
			return err
		}

		if time.Now().After(deadline) {
			if signal == syscall.SIGKILL {
				return fmt.Errorf("processes of an earlier run do not end: %v", left)
			}

			signal, asked, deadline = syscall.SIGKILL, map[int]bool{}, time.Now().Add(patience)
		}

		for _, pid := range left {
			if !asked[pid] {
				asked[pid] = true
				_ = syscall.Kill(pid, signal)
			}
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for processes of an earlier run to end: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

func usersOf(program, path string) ([]int, error) {
	// The kernel keeps this much of a program's name.
	const nameLength = 15

	name := filepath.Base(program)
	name = name[:min(len(name), nameLength)]

	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}

	var users []int

	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}

		// A process may end while it is looked at: then it uses nothing.
		command, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
		if strings.TrimSpace(string(command)) != name {
			continue
		}

		folder, _ := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		arguments, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))

		if folder == path || slices.Contains(strings.Split(string(arguments), "\x00"), path) {
			users = append(users, pid)
		}
	}

	return users, nil
}
