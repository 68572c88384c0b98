package frameworks

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zeitwork/zeitwork/test/bench/container"
)

// memoryOf is what all processes of a container have of the machine's memory, in bytes. What they share is counted once.
func memoryOf(ctx context.Context, running *container.Container) (int64, error) {
	pids, err := running.PIDs(ctx)
	if err != nil {
		return 0, err
	}

	var sum int64

	for _, pid := range pids {
		bytes, err := proportionalSetSize(pid)
		if err != nil {
			return 0, err
		}

		sum += bytes
	}

	return sum, nil
}

// proportionalSetSize is a process's memory in bytes, of which each page counts for its share among the processes that have it.
func proportionalSetSize(pid int) (int64, error) {
	file, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	defer func() { _ = file.Close() }()

	const kilobyte = 1024

	for lines := bufio.NewScanner(file); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
			amount, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)

			return amount * kilobyte, err
		}
	}

	return 0, errors.New("the kernel does not tell the memory of a process")
}
