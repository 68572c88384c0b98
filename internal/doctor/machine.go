package doctor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/nftables"

	"github.com/zeitwork/zeitwork/internal/postgresbin"
)

func root() Finding {
	if os.Geteuid() == 0 {
		return Finding{Part: "root", OK: true, Needed: true, Detail: "this is root"}
	}

	return Finding{
		Part: "root", Needed: true, Detail: "this is not root, and running VMs needs namespaces, mounts and routes",
		Advice: "run it as root, with sudo for example",
	}
}

// overlayfs mounts a file system of layers at a place of its own below dir, and takes it away again.
func overlayfs(dir string) Finding {
	finding := Finding{Part: "overlayfs", Needed: true}

	err := mountOverlay(dir)
	if err == nil {
		finding.OK, finding.Detail = true, "can be mounted in "+dir

		return finding
	}

	finding.Detail = err.Error()
	finding.Advice = "use a kernel with overlayfs, and a data directory on a disk that is not an overlay itself (ext4, xfs)"

	if os.Geteuid() != 0 {
		finding.Detail, finding.Advice = "only root can find out", "run it as root"
	}

	return finding
}

func mountOverlay(dir string) error {
	dir = closestExisting(dir)

	work, err := os.MkdirTemp(dir, ".zeitwork-overlay-")
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w", dir, err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // What is left is an empty directory.

	options := make([]string, 0, len("lower upper work"))

	for _, layer := range []string{"lower", "upper", "work"} {
		path := filepath.Join(work, layer)
		if err := os.Mkdir(path, 0o700); err != nil {
			return fmt.Errorf("cannot write to %s: %w", dir, err)
		}

		options = append(options, layer+"dir="+path)
	}

	target := filepath.Join(work, "merged")
	if err := os.Mkdir(target, 0o700); err != nil {
		return fmt.Errorf("cannot write to %s: %w", dir, err)
	}

	if err := syscall.Mount("overlay", target, "overlay", 0, strings.Join(options, ",")); err != nil {
		return fmt.Errorf("cannot be mounted in %s: %w", dir, err)
	}

	if err := syscall.Unmount(target, 0); err != nil {
		return fmt.Errorf("cannot be unmounted: %w", err)
	}

	return nil
}

// closestExisting returns path or the closest directory above it that exists.
func closestExisting(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}

		path = filepath.Dir(path)
	}
}

func disk(dirs ...string) Finding {
	const (
		needed   = 15 << 30 // Daemons and their compiler's cache 6 GB, images and build cache, Postgres.
		gibibyte = 1 << 30
	)

	finding := Finding{Part: "disk", OK: true, Needed: true}

	for _, dir := range dirs {
		var stat syscall.Statfs_t
		if err := syscall.Statfs(closestExisting(dir), &stat); err != nil {
			finding.OK, finding.Detail = false, fmt.Sprintf("the space in %s cannot be found out: %v", dir, err)

			return finding
		}

		free := stat.Bavail * uint64(stat.Bsize) //nolint:gosec // A block size is positive.
		finding.Detail = fmt.Sprintf("%d GiB are free in %s", free/gibibyte, dir)

		// A machine whose daemons are already built needs less; what is left is then for the images.
		if free < needed {
			finding.OK = free > needed/3 && len(glob(filepath.Join(dir, "tools", "daemons-*"))) > 0
		}

		if !finding.OK {
			finding.Advice = fmt.Sprintf("free %d GiB, or choose other places with ZEITWORK_DATA_DIR and ZEITWORK_CACHE_DIR", uint64(needed)/gibibyte)

			return finding
		}
	}

	return finding
}

func cgroups() Finding {
	finding := Finding{Part: "cgroups", OK: true, Needed: true}

	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		finding.Detail = "version 2"

		return finding
	}

	if _, err := os.Stat("/sys/fs/cgroup/memory"); err == nil {
		finding.Detail = "version 1, which works with runc and is the older one"

		return finding
	}

	finding.OK, finding.Detail = false, "no cgroup file system is mounted: VMs could not be given limits"
	finding.Advice = "mount cgroup2 on /sys/fs/cgroup"

	return finding
}

// packetFilter asks the kernel for its tables; a kernel without nf_tables refuses.
func packetFilter() Finding {
	finding := Finding{Part: "nf_tables", OK: true, Detail: "the kernel has it"}

	connection, err := nftables.New()
	if err == nil {
		_, err = connection.ListTables()
	}

	if errors.Is(err, os.ErrPermission) {
		finding.OK, finding.Detail, finding.Advice = false, "only root can find out", "run it as root"

		return finding
	}

	if err != nil {
		finding.OK, finding.Detail = false, "the kernel does not answer: "+err.Error()
		finding.Advice = "load the kernel module nf_tables; VMs are kept apart with it"
	}

	return finding
}

func postgres(bin string) Finding {
	found, err := postgresbin.Find(bin)
	if err != nil {
		return Finding{Part: "Postgres", Detail: err.Error(), Advice: "install the Debian package postgresql; `zeitwork up` does"}
	}

	return Finding{Part: "Postgres", OK: true, Detail: found}
}

// program looks for a program on PATH, or at the places that pattern names.
func program(name, pattern, advice string) Finding {
	if pattern == "" {
		if path, err := exec.LookPath(name); err == nil {
			return Finding{Part: name, OK: true, Detail: path}
		}
	} else if found := glob(pattern); len(found) > 0 {
		return Finding{Part: name, OK: true, Detail: found[len(found)-1]}
	}

	return Finding{Part: name, Detail: "not found", Advice: advice}
}

func glob(pattern string) []string {
	// The only error is that of a malformed pattern, and patterns are constants.
	found, _ := filepath.Glob(pattern)

	return found
}
