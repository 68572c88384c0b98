package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// overlayfs mounts an overlay in a temporary folder below dir and unmounts it again.
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
