package kata

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// forDisks is what differs where the snapshotter makes a disk for each VM.
var forDisks = strings.NewReplacer( //nolint:gochecknoglobals // It is constant.
	`shared_fs = "virtio-fs"`, `shared_fs = "none"`, "disable_block_device_use = true", "disable_block_device_use = false")

//go:embed configuration-clh.toml
var cloudHypervisor string

// Configuration returns the configuration for Cloud Hypervisor. With a snapshotter that makes a disk for each VM, nothing of the node's file systems is
// shared with the guest, and virtiofsd does not run.
func Configuration(snapshotter string) string {
	if slices.Contains([]string{"blockfile", "devmapper"}, snapshotter) {
		return forDisks.Replace(cloudHypervisor)
	}

	return cloudHypervisor
}

// Write writes the configuration for Cloud Hypervisor to a file, in one step: a VM that starts at the moment reads all of it.
func Write(path, snapshotter string) error {
	content, fresh := Configuration(snapshotter), path+".new"

	if written, err := os.ReadFile(path); err == nil && string(written) == content {
		return nil
	}

	err := os.MkdirAll(filepath.Dir(path), folderMode)
	if err == nil {
		err = os.WriteFile(fresh, []byte(content), fileMode)
	}

	if err == nil {
		err = os.Rename(fresh, path)
	}

	if err != nil {
		return fmt.Errorf("write the configuration of Kata Containers: %w", err)
	}

	return nil
}
