package containers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

const (
	cgroupFolder = "/sys/fs/cgroup"
	// kataPrefix is what Kata Containers put before the name of a VM's cgroup.
	kataPrefix = "kata_"
	// kataOverhead is the cgroup in which Kata Containers put what serves a VM and is not its processors.
	kataOverhead = "kata_overhead"
)

// removeCgroups removes the cgroups of a VM that are left where its shim was killed, and those of Kata Containers.
func (r *Runtime) removeCgroups(vm uuid.UUID) error {
	namespace, name := r.client.DefaultNamespace(), vm.String()

	return removeEmptyCgroups(filepath.Join(namespace, name), filepath.Join(namespace, kataPrefix+name), filepath.Join(kataOverhead, name))
}

// RemoveCgroups removes the cgroups in which those of VMs were. None of the node's VMs is left.
func (r *Runtime) RemoveCgroups() error {
	return removeEmptyCgroups(r.client.DefaultNamespace(), kataOverhead)
}

// removeEmptyCgroups removes cgroups from all hierarchies: there is one, or with version 1 one for each controller. The kernel removes none in which something
// runs.
func removeEmptyCgroups(paths ...string) error {
	roots, err := filepath.Glob(filepath.Join(cgroupFolder, "*"))
	if err != nil {
		return fmt.Errorf("list the hierarchies of cgroups: %w", err)
	}

	for _, root := range append(roots, cgroupFolder) {
		for _, path := range paths {
			err := os.Remove(filepath.Join(root, path))
			if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, unix.ENOTDIR) && !errors.Is(err, unix.EBUSY) {
				return fmt.Errorf("remove the cgroup of a VM: %w", err)
			}
		}
	}

	return nil
}
