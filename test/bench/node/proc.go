package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// The names under which processor time is told that belongs to the node.
const (
	agentName    = "nodeagent"
	programsName = "its programs"
	loggersName  = "log processes"
)

// used is how much processor time everything has used, by name.
func (w *world) used() (map[string]time.Duration, error) {
	used := map[string]time.Duration{}

	for name, pid := range w.processes {
		used[name] = ranFor(pid)
	}

	programs, err := childrenRanFor(w.processes[agentName])
	if err != nil {
		return nil, err
	}

	used[programsName] = programs

	for name, marks := range map[string][]string{
		loggersName: {vmlog.Command, w.dataDir()}, "shim": {"containerd-shim-runc-v2", w.namespace}, "postgres": {"postgres:", "bench_"},
	} {
		pids, err := find(marks...)
		if err != nil {
			return nil, err
		}

		for _, pid := range pids {
			used[name] += ranFor(pid)
		}
	}

	return used, nil
}

// ranFor is the processor time of a process's threads that are there, in the kernel's nanoseconds.
func ranFor(pid int) time.Duration {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))

	var total time.Duration

	for _, path := range threads {
		text, _ := os.ReadFile(path)
		first, _, _ := strings.Cut(string(text), " ")
		nanoseconds, _ := strconv.ParseInt(first, 10, 64)
		total += time.Duration(nanoseconds)
	}

	return total
}

// childrenRanFor is the processor time of the ended children of a process.
func childrenRanFor(pid int) (time.Duration, error) {
	const (
		user, system = 13, 14 // Behind the name, of which the kernel says that they are the fields 16 and 17.
		tick         = 10 * time.Millisecond
	)

	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("the process has ended: %w", err)
	}

	_, behind, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(behind)

	inUser, userErr := strconv.Atoi(fields[user])
	inSystem, systemErr := strconv.Atoi(fields[system])

	return time.Duration(inUser+inSystem) * tick, errors.Join(userErr, systemErr)
}

// find returns the processes in whose command line all the marks are.
func find(marks ...string) ([]int, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, err
	}

	var found []int

	for _, path := range paths {
		line, _ := os.ReadFile(path) // It is gone where the process is.

		all := true
		for _, mark := range marks {
			all = all && bytes.Contains(line, []byte(mark))
		}

		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); all && err == nil {
			found = append(found, pid)
		}
	}

	return found, nil
}

// printMemory prints what agent and log processes hold of the machine's memory.
func (w *world) printMemory() error {
	loggers, err := find(vmlog.Command, w.dataDir())
	if err != nil {
		return err
	}

	fmt.Println("\nMemory, in MiB:     resident   proportional   private")

	for _, of := range []struct {
		name string
		pids []int
	}{{agentName, []int{w.processes[agentName]}}, {loggersName, loggers}} {
		var sum [3]int

		for _, pid := range of.pids {
			for n, kibibytes := range memoryOf(pid) {
				sum[n] += kibibytes
			}
		}

		const kibi = 1024

		fmt.Printf("  %-13s (%3d) %9.1f %14.1f %9.1f\n", of.name, len(of.pids), float64(sum[0])/kibi, float64(sum[1])/kibi, float64(sum[2])/kibi)
	}

	return nil
}

// memoryOf is what a process holds, in KiB: what is mapped, its share of that, and what is its own alone.
func memoryOf(pid int) [3]int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))

	var memory [3]int

	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 { //nolint:mnd // A name and a number.
			continue
		}

		kibibytes, _ := strconv.Atoi(fields[1])

		switch fields[0] {
		case "Rss:":
			memory[0] += kibibytes
		case "Pss:":
			memory[1] += kibibytes
		case "Private_Clean:", "Private_Dirty:":
			memory[2] += kibibytes
		}
	}

	return memory
}
