package daemon

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
)

// UnmountBelow takes down everything that is mounted below the folder. Call it before a daemon's folder is removed: through
// a mount, files would be removed that are not in the folder. Nothing may be running that uses the mounts.
func UnmountBelow(folder string) error {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return fmt.Errorf("list the mounts: %w", err)
	}

	var below []string

	for line := range strings.Lines(string(mounts)) {
		if target := strings.Fields(line)[1]; strings.HasPrefix(target, folder+"/") {
			below = append(below, target)
		}
	}

	// What was mounted last may lie in what was mounted before.
	for _, target := range slices.Backward(below) {
		if err := syscall.Unmount(target, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", target, err)
		}
	}

	return nil
}
