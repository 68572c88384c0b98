package nodeagent

import (
	"time"

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

	return described
}

// silentAfterRefusal is for how long an agent tells an API of the version before no more than that one knows.
const silentAfterRefusal = 10 * time.Minute
