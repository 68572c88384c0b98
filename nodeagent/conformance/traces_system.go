package conformance

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"
)

// systemTraces returns folders, mounts, cgroups and processes of VMs, also those that Kata Containers make.
func (t *trial) systemTraces(vms []uuid.UUID) []string {
	concerns := func(text string) bool {
		return slices.ContainsFunc(vms, func(vm uuid.UUID) bool { return strings.Contains(text, vm.String()) })
	}

	var left []string

	for _, pattern := range []string{
		filepath.Join(t.config.DataDir, "vms/*"), "/run/vc/*", "/run/vc/*/*", "/run/kata-containers/*", "/run/kata-containers/*/*/*",
	} {
		found, _ := filepath.Glob(pattern)
		left = append(left, lo.FilterMap(found, func(path string, _ int) (string, bool) { return "folder " + path, concerns(path) })...)
	}

	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for mount := range strings.Lines(string(mounts)) {
		if concerns(mount) {
			left = append(left, "mount "+strings.TrimSpace(mount))
		}
	}

	// A cgroup that goes while one looks is none.
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && concerns(entry.Name()) {
			left = append(left, "cgroup "+path)
		}

		return nil
	})

	return append(left, t.processes(concerns)...)
}

// processes returns the processes that concern VMs: their shims and log processes, and hypervisors. The agent is none of them.
func (t *trial) processes(concerns func(arguments string) bool) []string {
	var left []string

	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		content, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		arguments := strings.ReplaceAll(strings.TrimRight(string(content), "\x00"), "\x00", " ")

		own := strings.Contains(arguments+" ", " "+t.config.ContainerdNamespace+" ") || strings.Contains(arguments, t.config.DataDir+"/vms/")
		if own || concerns(arguments) {
			left = append(left, "process "+filepath.Base(folder)+" "+arguments)
		}
	}

	return left
}
