package edge

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func processors() int { return runtime.NumCPU() }

func (s *stage) file(name string) string { return filepath.Join(string(s.home), "files", name) }

// costs are processor times: those of the proxy, in its own code and in the kernel's, and that of the app.
type costs struct {
	user, kernel, app time.Duration
}

func (c costs) since(before costs) costs {
	return costs{c.user - before.user, c.kernel - before.kernel, c.app - before.app}
}

func (c costs) over(requests float64) costs {
	share := func(d time.Duration) time.Duration { return time.Duration(float64(d) / requests) }

	return costs{share(c.user), share(c.kernel), share(c.app)}
}

// spent is what has been used so far.
func (s *stage) spent(p *proxy) costs {
	var c costs

	for _, pid := range family(p.process.PID()) {
		user, kernel := ranFor(pid)
		c.user += user
		c.kernel += kernel
	}

	for _, pid := range family(s.appPID) {
		user, kernel := ranFor(pid)
		c.app += user + kernel
	}

	return c
}

// family returns a process and its children.
func family(pid int) []int {
	pids := []int{pid}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // The pattern is a good one.

	for _, file := range threads {
		text, _ := os.ReadFile(file) // A thread may have ended.

		for word := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				pids = append(pids, child)
			}
		}
	}

	return pids
}

// ranFor is the processor time of a process, in steps of 10 ms.
func ranFor(pid int) (user, kernel time.Duration) {
	const (
		inUser, inKernel = 11, 12 // Behind the name: the fields 14 and 15 of proc_pid_stat(5).
		tick             = 10 * time.Millisecond
	)

	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // It may have ended.

	_, behind, _ := strings.Cut(string(text), ") ")
	if fields := strings.Fields(behind); len(fields) > inKernel {
		ticks, _ := strconv.Atoi(fields[inUser])
		user = time.Duration(ticks) * tick
		ticks, _ = strconv.Atoi(fields[inKernel])
		kernel = time.Duration(ticks) * tick
	}

	return user, kernel
}

// memoryOf is what the processes of a proxy hold of memory that is theirs alone, in kB.
func memoryOf(p *proxy) int {
	sum := 0

	for _, pid := range family(p.process.PID()) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid)) // It may have ended.

		for line := range strings.Lines(string(text)) {
			if name, rest, _ := strings.Cut(line, ":"); name == "Private_Dirty" {
				kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
				sum += kilobytes
			}
		}
	}

	return sum
}
