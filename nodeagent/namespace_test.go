package nodeagent_test

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// namespace returns the VM's network namespace, which cannot be taken for another one until the test has ended.
func (b *testBundle) namespace(t *testing.T, vm client.AssignedVM) netns.NsHandle {
	t.Helper()

	handle, err := netns.GetFromPath(b.network.NamespacePath(vm.ID))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, handle.Close()) })

	return handle
}

// use adds links to the VM's namespace and leaves them there, as Kata Containers do, which refuse a namespace that has one.
func (b *testBundle) use(t *testing.T, vm client.AssignedVM) netns.NsHandle {
	t.Helper()

	require.NoError(t, netnamespace.Do(b.network.NamespacePath(vm.ID), func() error {
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "tap0_kata"}, PeerName: "tap1_kata"})
	}))

	return b.namespace(t, vm)
}

// requireFresh requires that the VM runs in a namespace that has nothing of an earlier start.
func (b *testBundle) requireFresh(t *testing.T, vm client.AssignedVM, before netns.NsHandle) {
	t.Helper()

	require.False(t, b.namespace(t, vm).Equal(before), "it is the namespace of the start before")

	var names []string

	require.NoError(t, netnamespace.Do(b.network.NamespacePath(vm.ID), func() error {
		links, err := netlink.LinkList()
		for _, link := range links {
			names = append(names, link.Attrs().Name)
		}

		return err
	}))
	slices.Sort(names)
	require.Equal(t, []string{"eth0", "lo"}, names)
	require.True(t, b.namespace(t, vm).Equal(b.namespaceOfTask(t, vm)), "the VM runs in it")

	status, _ := get(t, vm, "/")
	require.Equal(t, 200, status, "at the same address")
}

func (b *testBundle) namespaceOfTask(t *testing.T, vm client.AssignedVM) netns.NsHandle {
	t.Helper()

	handle, err := netns.GetFromPid(int(b.task(t, vm.ID).Pid()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, handle.Close()) })

	return handle
}

func TestAgent_EveryStart_HasANetworkNamespaceOfItsOwn(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	first, before := b.use(t, vm), b.task(t, vm.ID).Pid()
	require.NoError(t, syscall.Kill(int(before), syscall.SIGKILL))
	b.requireBack(t, vm, before, time.Now())
	b.requireFresh(t, vm, first)

	// A start of which nothing but its namespace is left: its agent was killed, and then its machine's containerd.
	second := b.use(t, vm)
	b.stopAgent()

	_, err := b.task(t, vm.ID).Delete(t.Context(), containerd.WithProcessKill)
	require.NoError(t, err)

	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	b.requireFresh(t, vm, second)
}

func TestAgent_AdoptedVM_KeepsItsNetworkNamespace(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	used := b.use(t, vm)
	link, err := netlink.LinkByName(network.InterfaceName(vm.ID))
	require.NoError(t, err)

	b.stopAgent()
	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.True(t, b.namespace(t, vm).Equal(used))

	again, err := netlink.LinkByName(network.InterfaceName(vm.ID))
	require.NoError(t, err)
	require.Equal(t, link.Attrs().Index, again.Attrs().Index, "its interface was at no moment away")
}

func TestAgent_FailedStarts_LeaveOneNetworkNamespaceAndThenNone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	// No start can write a log there.
	folder := filepath.Join(b.config.DataDir, "vms", vm.ID.String())
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "log"), nil, 0o600))
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitForMessage(t, vm.ID, "The node tries again: it could not prepare the log.")

	// A namespace is away for a moment when the next start renews it. One that is held open cannot be taken for another.
	var seen []netns.NsHandle

	t.Cleanup(func() {
		for _, handle := range seen {
			require.NoError(t, handle.Close())
		}
	})
	require.Eventually(t, func() bool {
		now, err := netns.GetFromPath(b.network.NamespacePath(vm.ID))
		if err != nil {
			return false
		}

		// The file is there before the namespace is mounted on it.
		var stat unix.Statfs_t
		if err := unix.Fstatfs(int(now), &stat); err != nil || stat.Type != unix.NSFS_MAGIC {
			return now.Close() != nil
		}

		seen = append(seen, now)

		return !now.Equal(seen[0])
	}, 20*time.Second, 5*time.Millisecond)

	require.Eventually(t, func() bool {
		listed, err := b.network.List()

		return err == nil && len(listed) == 1
	}, 20*time.Second, 5*time.Millisecond)

	b.api.assign()
	b.requireNothingLeft(t)
}
