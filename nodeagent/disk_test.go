package nodeagent_test

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/mount"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent"
)

const diskFull = "no space left on device"

// fill has the VM's app append to a file until that fails, and returns the error.
func fill(t *testing.T, vm client.AssignedVM, path string) string {
	t.Helper()

	_, answer := get(t, vm, "/fill?path="+url.QueryEscape(path))

	return answer
}

// snapshotFolder returns the folder of a snapshot on the node.
func snapshotFolder(t *testing.T, mounts []mount.Mount) string {
	t.Helper()

	for _, option := range mounts[0].Options {
		if upper, ok := strings.CutPrefix(option, "upperdir="); ok {
			return filepath.Dir(upper)
		}
	}

	require.FailNow(t, "the snapshot has no upper layer")

	return ""
}

func TestAgent_VMFillsItsDisk_TheNodeAndOtherVMsKeepTheirs(t *testing.T) {
	t.Parallel()

	// A disk of its own, of which nobody else takes: the node's files and those of its VMs.
	node := smallDisk(t, shortFolder(t), "512m")
	d := newDaemon(t, testBinaries(t))
	b := setupOn(t, d.socket)
	b.config.DataDir = node
	b.config.DiskBytes = 64 << 20
	before := free(t, node)

	image := pushApp(t, b.registry, nil)
	greedy, other := b.vm(image, ""), b.vm(image, "")
	b.api.assign(greedy, other)
	b.startAgent(t)
	b.api.waitFor(t, greedy.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, other.ID, client.VMReportStateHealthy)
	require.Less(t, before-free(t, node), int64(4<<20), "disks take their room when it is used")

	bounded := func() {
		t.Helper()

		require.Contains(t, fill(t, greedy, "/filled"), diskFull)
		require.Contains(t, fill(t, greedy, "/etc/hosts"), diskFull, "what the node gives the VM is no way around it")
		require.Less(t, before-free(t, node), int64(70<<20), "the node lost more than the VM may have")
	}

	bounded()

	status, _ := get(t, greedy, "/")
	require.Equal(t, 200, status, "it runs on")

	_, answer := get(t, greedy, "/delete?path=/filled")
	require.Contains(t, answer, "nil")
	require.Eventually(t, func() bool { return before-free(t, node) < 8<<20 }, 20*time.Second, 5*time.Millisecond,
		"what the VM deletes is free for others")

	// The limit holds for a VM that an agent has adopted, and over a restart of containerd.
	b.stopAgent()
	d.kill(t)
	d.start(t)
	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, greedy.ID, client.VMReportStateHealthy)
	bounded()

	b.api.assign(other)
	b.api.waitFor(t, other.ID, client.VMReportStateHealthy)
	require.Eventually(t, func() bool { return before-free(t, node) < 4<<20 }, 20*time.Second, 5*time.Millisecond,
		"all of it comes back when the VM is removed")

	b.api.assign()
	b.requireNothingLeft(t)
}

func TestAgent_AppEndsWithItsDiskFull_IsToldSo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "full")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateCrashed)
	require.Equal(t, "The app crashed with exit code 1. Its log may say why. "+
		"Its disk of 256 MiB is full: have it delete what it no longer needs, or keep less there.", *report.Message)

	// Its next start has an empty one.
	b.api.waitUntil(t, vm.ID, "crashed again", func(r client.VMReport) bool { return r.Restarts > 0 })
}

func TestAgent_DiskAfterAReboot_IsMadeAnew(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.stopAgent()

	// What a reboot leaves: the files, and neither processes nor mounts.
	task := b.task(t, vm.ID)
	require.NoError(t, syscall.Kill(int(task.Pid()), syscall.SIGKILL))

	ended, err := task.Wait(t.Context())
	require.NoError(t, err)
	<-ended

	_, err = task.Delete(t.Context())
	require.NoError(t, err)

	folder := filepath.Join(b.config.DataDir, "vms", vm.ID.String())
	mounts, err := b.client.SnapshotService("overlayfs").Mounts(t.Context(), vm.ID.String())
	require.NoError(t, err)

	for _, mounted := range []string{filepath.Join(folder, "disk"), snapshotFolder(t, mounts)} {
		require.NoError(t, unix.Unmount(mounted, 0))
	}

	_, err = os.Stat(filepath.Join(folder, "disk.img"))
	require.NoError(t, err)

	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.Contains(t, fill(t, vm, "/filled"), diskFull)

	b.api.assign()
	b.requireNothingLeft(t)
}

func TestNew_RefusesDisksThatHoldNothing(t *testing.T) {
	t.Parallel()

	for _, size := range []int64{-1, 1, 16<<20 - 1} {
		_, err := nodeagent.New(nodeagent.Config{Runtime: "io.containerd.runc.v2", AllowRunc: true, DiskBytes: size}, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, fmt.Sprintf("ZEITWORK_NODE_VM_DISK_BYTES is %d: set at least 16777216, or 0", size))
	}
}
