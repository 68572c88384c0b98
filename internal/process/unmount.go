package process

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
)

// UnmountBelow takes down everything that is mounted below the folder. It must come before a daemon's folder is removed, as a
// removal goes through mounts and takes files that are elsewhere. No process may use the mounts any more.
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

	// A later mount may lie inside an earlier one.
	for _, target := range slices.Backward(below) {
		if err := syscall.Unmount(target, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", target, err)
		}
	}

	return nil
}
