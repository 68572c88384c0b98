package builder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/zeitwork/zeitwork/internal/process"
)

// buildProcesses are the processes of builds. They are children of runc and not of buildkitd, and outlive a buildkitd that is killed.
type buildProcesses struct {
	// cgroup is the name of the control group that all of them are in.
	cgroup string
	// root is buildkitd's folder, in which their file systems are mounted.
	root string
}

// end kills the builds that are left and removes their mounts and control groups.
func (b buildProcesses) end(ctx context.Context) error {
	const patience = 10 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	if err := process.SignalUntilGone(ctx, syscall.SIGKILL, b.contain); err != nil {
		return fmt.Errorf("end builds that are left: %w", err)
	}

	return errors.Join(process.UnmountBelow(b.root), b.removeCgroups())
}

// contain tells whether the process with that folder in /proc belongs to a build.
func (b buildProcesses) contain(folder string) bool {
	groups, _ := os.ReadFile(filepath.Join(folder, "cgroup"))

	return strings.Contains(string(groups), "/"+b.cgroup+"/")
}

// removeCgroups removes the control group from the one hierarchy of version 2, or from each of version 1.
func (b buildProcesses) removeCgroups() error {
	var groups []string

	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		found, err := filepath.Glob(pattern + b.cgroup)
		if err != nil {
			return fmt.Errorf("look for the builds' control groups: %w", err)
		}

		groups = append(groups, found...)
	}

	var folders []string

	for _, group := range groups {
		err := filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				folders = append(folders, path)
			}

			return err
		})
		if err != nil {
			return fmt.Errorf("look into the builds' control groups: %w", err)
		}
	}

	// A control group can be removed once the groups in it are. The kernel removes its files with it.
	for _, folder := range slices.Backward(folders) {
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a control group of builds: %w", err)
		}
	}

	return nil
}
