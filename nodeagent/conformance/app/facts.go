package app

import (
	"math"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Facts are what the app sees of its VM.
type Facts struct {
	Hostname string `json:"hostname"`
	// Addresses are those that others could use: neither loopback nor link-local.
	Addresses []netip.Addr `json:"addresses"`
	// BootID differs between kernels that have booted.
	BootID string `json:"boot_id"`
	Kernel string `json:"kernel"`
	// MemoryBytes is the memory of the kernel that the app runs on; MemoryLimitBytes is what its cgroup says, 0 where it says nothing.
	MemoryBytes      int64 `json:"memory_bytes"`
	MemoryLimitBytes int64 `json:"memory_limit_bytes"`
	// DiskBytes is the size of the file system that the app writes to.
	DiskBytes int64 `json:"disk_bytes"`
	// Filtered tells that the kernel filters the app's system calls, and NoNewPrivileges that no program that it starts gets more than it has.
	Filtered        bool `json:"filtered"`
	NoNewPrivileges bool `json:"no_new_privileges"`
	// Capabilities are those that the app and what it starts can have, as bits.
	Capabilities uint64 `json:"capabilities"`
}

// look finds the facts. What cannot be found out is left empty.
func look() Facts {
	facts := Facts{BootID: read("/proc/sys/kernel/random/boot_id"), Kernel: read("/proc/sys/kernel/osrelease"), MemoryBytes: totalMemory()}
	facts.Hostname, _ = os.Hostname()

	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if limit, err := strconv.ParseInt(read(path), 10, 64); err == nil {
			facts.MemoryLimitBytes = limit
		}
	}

	status := status()
	facts.Filtered, facts.NoNewPrivileges = status["Seccomp"] == "2", status["NoNewPrivs"] == "1"
	// What cannot be read is taken for all.
	facts.Capabilities = math.MaxUint64
	if bounding, err := strconv.ParseUint(status["CapBnd"], 16, 64); err == nil {
		facts.Capabilities = bounding
	}

	var disk unix.Statfs_t
	if err := unix.Statfs("/", &disk); err == nil {
		facts.DiskBytes = int64(disk.Blocks) * disk.Bsize //nolint:gosec // No disk has eight exabytes.
	}

	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		prefix, err := netip.ParsePrefix(address.String())
		if err == nil && !prefix.Addr().IsLoopback() && !prefix.Addr().IsLinkLocalUnicast() {
			facts.Addresses = append(facts.Addresses, prefix.Addr())
		}
	}

	return facts
}

// BootID returns the id of the boot of the kernel that this process runs on.
func BootID() string { return read("/proc/sys/kernel/random/boot_id") }

// status returns what the kernel says of this process, by its names.
func status() map[string]string {
	found := map[string]string{}

	for line := range strings.Lines(read("/proc/self/status")) {
		name, value, _ := strings.Cut(line, ":")
		found[name] = strings.TrimSpace(value)
	}

	return found
}

func totalMemory() int64 {
	const kibibyte = 1024

	for line := range strings.Lines(read("/proc/meminfo")) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "MemTotal:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64)

			return kibibytes * kibibyte
		}
	}

	return 0
}

// read returns the text of a file, and nothing where it cannot be read.
func read(path string) string {
	content, _ := os.ReadFile(path)

	return strings.TrimSpace(string(content))
}
