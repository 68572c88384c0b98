package builder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
)

// instruction is one of a build that runs, in a container of its own.
type instruction struct {
	// cgroup is the folder of its control group, in one of the hierarchies.
	cgroup string
}

// instructions returns those that run.
func (b buildProcesses) instructions() ([]instruction, error) {
	for _, hierarchy := range []string{cgroups, cgroups + "/*"} {
		// buildkitd puts the name between its parent group and that of a container.
		groups, err := filepath.Glob(filepath.Join(hierarchy, b.cgroup, "buildkit", "*", "cgroup.procs"))
		if err != nil {
			return nil, fmt.Errorf("look for instructions that run: %w", err)
		}

		seen := map[string]bool{}

		var found []instruction

		for _, group := range groups {
			// Each hierarchy of version 1 has all of them.
			if folder := filepath.Dir(group); !seen[filepath.Base(folder)] {
				seen[filepath.Base(folder)] = true
				found = append(found, instruction{folder})
			}
		}

		if len(found) > 0 {
			return found, nil
		}
	}

	return nil, nil
}

// processes returns the folders in /proc of the instruction's processes.
func (i instruction) processes() []string {
	ids, _ := os.ReadFile(filepath.Join(i.cgroup, "cgroup.procs"))

	return lo.Map(strings.Fields(string(ids)), func(id string, _ int) string { return "/proc/" + id })
}

// end kills the instruction and makes the line the last one that it writes to its log.
func (i instruction) end(ctx context.Context, line string) error {
	const patience = 5 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	// As long as it is open, buildkitd waits for more of the log.
	log, logErr := i.openLog()

	name := filepath.Base(i.cgroup)
	err := process.SignalUntilGone(ctx, syscall.SIGKILL, func(folder string) bool {
		groups, _ := os.ReadFile(filepath.Join(folder, "cgroup"))

		return strings.Contains(string(groups), "/buildkit/"+name+"\n")
	})

	if logErr == nil {
		_ = log.SetWriteDeadline(time.Now().Add(patience))
		_, writeErr := log.WriteString("\n" + line + "\n")
		logErr = errors.Join(writeErr, log.Close())
	}

	if err := errors.Join(err, logErr); err != nil {
		return fmt.Errorf("end an instruction: %w", err)
	}

	return nil
}

// openLog opens what runc, the parent of the instruction's first process, has as standard error. The instruction itself may have sent its own elsewhere.
func (i instruction) openLog() (*os.File, error) {
	for _, folder := range i.processes() {
		status, _ := os.ReadFile(filepath.Join(folder, "status"))

		var parent, ids string

		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")

			switch name {
			case "PPid":
				parent = strings.TrimSpace(value)
			case "NSpid":
				ids = strings.TrimSpace(value)
			}
		}

		if _, err := strconv.Atoi(parent); err == nil && strings.HasSuffix(ids, "\t1") {
			return os.OpenFile(filepath.Join("/proc", parent, "fd/2"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
		}
	}

	return nil, errors.New("its first process is not there any more")
}
