package builder

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"github.com/samber/lo"
	"golang.org/x/sys/unix"
)

// layer is a folder on the builder's disk that an instruction writes to: the layer that it makes, or a cache of the project.
type layer struct {
	folder string
	// device is the file system as the instruction's processes see it.
	device uint64
	// before is how much was in it when the instruction began.
	before int64
}

// errNotReady says that an instruction is about to begin.
var errNotReady = errors.New("the instruction has no file system of its own yet")

// layers returns where the processes of an instruction write to below the root, which is buildkitd's folder without symbolic links in its path.
func layers(root string, processes []string) ([]layer, error) {
	if len(processes) == 0 {
		return nil, errNotReady
	}

	own, err := mountinfo.GetMounts(mountinfo.ParentsFilter(root))
	if err != nil || len(own) == 0 {
		return nil, fmt.Errorf("find the file system of %s: %w", root, errors.Join(err, os.ErrNotExist))
	}

	// Of those that hold the root the one with the longest path is the innermost.
	disk := slices.MaxFunc(own, func(one, other *mountinfo.Info) int { return len(one.Mountpoint) - len(other.Mountpoint) })

	file, err := os.Open(filepath.Join(processes[0], "mountinfo"))
	if err != nil {
		return nil, errNotReady
	}
	defer file.Close() //nolint:errcheck // It was only read.

	mounts, err := mountinfo.GetMountsFromReader(file, nil)
	if err != nil {
		return nil, fmt.Errorf("read the mounts of an instruction: %w", err)
	}

	roots := lo.Filter(mounts, func(mount *mountinfo.Info, _ int) bool { return mount.Mountpoint == "/" })
	if len(roots) != 1 || !isBelow(root, upperFolder(roots[0], disk)) {
		return nil, errNotReady // It still sees the machine's file systems.
	}

	var found []layer

	for _, mount := range mounts {
		folder := upperFolder(mount, disk)
		if !isBelow(root, folder) || slices.Contains(strings.Split(mount.Options, ","), "ro") {
			continue
		}

		one := layer{folder: folder, device: unix.Mkdev(uint32(mount.Major), uint32(mount.Minor))} //nolint:gosec // The kernel's numbers.
		if mount != roots[0] {
			if one.before, err = sizeOf(folder); err != nil {
				return nil, err
			}
		}

		found = append(found, one)
	}

	return found, nil
}

func isBelow(root, folder string) bool { return strings.HasPrefix(folder, root+"/") }

// upperFolder returns where on the machine a mount of an instruction keeps what is written to it; empty where that is not known. disk is the mount of the
// machine that has buildkitd's folder.
func upperFolder(mount, disk *mountinfo.Info) string {
	if mount.FSType == "overlay" {
		for option := range strings.SplitSeq(mount.VFSOptions, ",") {
			if upper, ok := strings.CutPrefix(option, "upperdir="); ok {
				upper, _ = filepath.EvalSymlinks(upper)

				return upper
			}
		}

		return ""
	}

	if mount.Major != disk.Major || mount.Minor != disk.Minor {
		return ""
	}

	inside, err := filepath.Rel(disk.Root, mount.Root)
	if err != nil {
		return ""
	}

	return filepath.Join(disk.Mountpoint, inside)
}

// written returns how much an instruction has written to its layers. What it has deleted and still has open counts as well.
func written(layers []layer, processes []string) (int64, error) {
	var total int64

	for _, one := range layers {
		size, err := sizeOf(one.folder)
		if err != nil {
			return 0, err
		}

		total += size - one.before
	}

	seen := map[[2]uint64]bool{}

	for _, process := range processes {
		total += deletedOf(process, layers, seen)
	}

	return max(total, 0), nil
}

// deletedOf returns the size of the files without a name in the layers that a process has open, of which seen are counted already.
func deletedOf(process string, layers []layer, seen map[[2]uint64]bool) int64 {
	// A process that has ended has none.
	descriptors, _ := os.ReadDir(filepath.Join(process, "fd"))

	var total int64

	for _, descriptor := range descriptors {
		path := filepath.Join(process, "fd", descriptor.Name())

		var stat unix.Stat_t
		if target, err := os.Readlink(path); err != nil || !strings.HasSuffix(target, " (deleted)") || unix.Stat(path, &stat) != nil {
			continue
		}

		inLayer := slices.ContainsFunc(layers, func(one layer) bool { return one.device == stat.Dev })
		if file := [2]uint64{stat.Dev, stat.Ino}; inLayer && stat.Nlink == 0 && !seen[file] {
			seen[file] = true
			total += stat.Blocks * blockBytes
		}
	}

	return total
}

const (
	// blockBytes is the unit in which the kernel says how much disk a file takes.
	blockBytes = 512
	// fileBytes is what a file takes beside its content. Without it a build could make files without end.
	fileBytes = 4096
	// deepest is how many folders may lie in each other. Nobody needs more, and what lies deeper could not be counted.
	deepest = 1000
)

// sizeOf returns how much disk a folder takes. Files that come or go meanwhile count or do not.
func sizeOf(folder string) (int64, error) {
	descriptor, err := unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return 0, nil
	}

	if err != nil {
		return 0, fmt.Errorf("measure %s: %w", folder, err)
	}

	return sizeBelow(descriptor, map[uint64]bool{}, 0), nil
}

// sizeBelow measures an open folder and closes it. linked are the files with several names that are counted already.
func sizeBelow(descriptor int, linked map[uint64]bool, depth int) int64 {
	folder := os.NewFile(uintptr(descriptor), "layer")
	defer folder.Close() //nolint:errcheck // It was only read.

	if depth > deepest {
		return math.MaxInt32 * fileBytes // More than anybody may write.
	}

	var total int64

	for {
		const batch = 512

		names, err := folder.Readdirnames(batch)

		for _, name := range names {
			var stat unix.Stat_t
			if unix.Fstatat(descriptor, name, &stat, unix.AT_SYMLINK_NOFOLLOW) != nil {
				continue
			}

			isFolder := stat.Mode&unix.S_IFMT == unix.S_IFDIR
			if !isFolder && stat.Nlink > 1 {
				if linked[stat.Ino] {
					continue
				}

				linked[stat.Ino] = true
			}

			total += stat.Blocks*blockBytes + fileBytes

			if !isFolder {
				continue
			}

			if below, err := unix.Openat(descriptor, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err == nil {
				total += sizeBelow(below, linked, depth+1)
			}
		}

		if err != nil { // The end, or a folder that is gone.
			return total
		}
	}
}
