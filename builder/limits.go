package builder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	// cgroups is where the hierarchies of control groups are.
	cgroups = "/sys/fs/cgroup"
	// buildShare is how much processor time all builds get together where there is not enough, beside 100 for each other group or process. Nobody
	// visits a build, but buildkitd itself, and on a small machine the platform and its apps, have somebody wait for them.
	buildShare = 25
	// sharesPerWeight turns a weight of version 2 into shares of version 1, whose default is 1024.
	sharesPerWeight = 1024 / 100.0
)

// limits are what all builds may use together. Zero is no limit.
type limits struct {
	memoryBytes, processes int64
}

// limit makes the control group of the builds and gives it their share of the processors and their limits.
func (b buildProcesses) limit(l limits) error {
	unlimited := map[bool]string{true: "-1", false: "max"}
	version1 := isFolder(filepath.Join(cgroups, "cpu"))

	for _, one := range []struct{ controller, file, value string }{
		{"cpu", "cpu.weight", strconv.Itoa(buildShare)},
		{"memory", "memory.max", numberOr(l.memoryBytes, unlimited[version1])},
		{"pids", "pids.max", numberOr(l.processes, "max")},
	} {
		group := filepath.Join(cgroups, b.cgroup)

		if version1 {
			// Each controller has a hierarchy of its own, and other names.
			group = filepath.Join(cgroups, one.controller, b.cgroup)

			switch one.controller {
			case "cpu":
				one.file, one.value = "cpu.shares", strconv.Itoa(int(buildShare*sharesPerWeight))
			case "memory":
				one.file = "memory.limit_in_bytes"
			}
		} else {
			_ = write(filepath.Join(cgroups, "cgroup.subtree_control"), "+"+one.controller) // The kernel refuses it in a container, whose groups have no limits then.
		}

		if err := set(group, one.file, one.value); err != nil {
			return err
		}
	}

	return nil
}

// set makes the group and sets one of its values. A machine without the value's controller has no such limit.
func set(group, file, value string) error {
	if err := os.Mkdir(group, 0o755); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the control group of the builds: %w", err)
	}

	if err := write(filepath.Join(group, file), value); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("limit what builds use: %w", err)
	}

	return nil
}

// hasController tells whether the kernel has control groups of the kind, in a hierarchy of its own (version 1) or in the one (version 2).
func hasController(controller string) bool {
	available, _ := os.ReadFile(filepath.Join(cgroups, "cgroup.controllers"))

	return isFolder(filepath.Join(cgroups, controller)) || slices.Contains(strings.Fields(string(available)), controller)
}

func numberOr(limit int64, unlimited string) string {
	if limit == 0 {
		return unlimited
	}

	return strconv.FormatInt(limit, 10)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)

	return err == nil && info.IsDir()
}

// write writes into a file of a control group, which the kernel has made.
func write(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err //nolint:wrapcheck // It names the file.
	}

	_, err = file.WriteString(text)

	return errors.Join(err, file.Close())
}
