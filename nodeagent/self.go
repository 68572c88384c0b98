package nodeagent

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
)

// describeMachine returns what the agent tells of its machine for people to read. What cannot be found out is left empty.
func (a *Agent) describeMachine() *client.MachineReport {
	described := &client.MachineReport{AgentStartedAt: a.startedAt}

	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		described.Kernel = unix.ByteSliceToString(name.Release[:])
	}

	var disk unix.Statfs_t
	if err := unix.Statfs(a.config.DataDir, &disk); err == nil {
		described.DiskBytes = int64(disk.Blocks) * disk.Bsize     //nolint:gosec // No disk has eight exabytes.
		described.DiskFreeBytes = int64(disk.Bavail) * disk.Bsize //nolint:gosec // As above.
	}

	described.BootID = readLine("/proc/sys/kernel/random/boot_id")
	described.OS = osName()
	described.Containerd = a.containerdVersion.Load()

	return described
}

// noteContainerd finds the version of containerd out, which may be replaced while the agent runs.
func (a *Agent) noteContainerd(ctx context.Context) {
	version, err := a.containerd.Version(ctx)
	if err != nil {
		return // What was told before stays, and others complain where it does not come back.
	}

	a.containerdVersion.Store(bounded(version.Version))
}

// osName returns what the operating system calls itself, with its version.
func osName() *string {
	content, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return nil
	}

	for line := range strings.Lines(string(content)) {
		if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return bounded(strings.Trim(strings.TrimSpace(name), `"'`))
		}
	}

	return nil
}

// readLine returns the one line of a file, or nil where it cannot be read.
func readLine(path string) *string {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}

	return bounded(strings.TrimSpace(string(content)))
}

// bounded cuts what a machine says of itself to what the API takes. It returns nil for nothing.
func bounded(text string) *string {
	const most = 200

	text = strings.ToValidUTF8(text[:min(len(text), most)], "")

	return lo.EmptyableToPtr(text)
}

// silentAfterRefusal is for how long an agent tells an API of the version before no more than that one knows.
const silentAfterRefusal = 10 * time.Minute
