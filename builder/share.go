package builder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
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

// limit makes the control group of the builds and gives it their share of the processors.
func (b buildProcesses) limit() error {
	file, value := "cpu.weight", buildShare
	group := filepath.Join(cgroups, b.cgroup)

	// In version 1 each controller has a hierarchy of its own.
	if first := filepath.Join(cgroups, "cpu"); isFolder(first) {
		group, file, value = filepath.Join(first, b.cgroup), "cpu.shares", int(buildShare*sharesPerWeight)
	} else {
		_ = write(filepath.Join(cgroups, "cgroup.subtree_control"), "+cpu") // The kernel refuses it in a container, whose groups have no shares then.
	}

	if err := os.Mkdir(group, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the control group of the builds: %w", err)
	}

	if err := write(filepath.Join(group, file), strconv.Itoa(value)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the builds' share of the processors: %w", err)
	}

	return nil
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
