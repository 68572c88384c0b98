package netnamespace_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

func TestDo_SocketsAndProcesses_AreInTheNamespace_AndNothingElseIs(t *testing.T) {
	t.Parallel()

	path := newNamespace(t)
	outside := namespaceOf(t, "self")

	var (
		others sync.WaitGroup
		inside = namespaceInside(t, path)
	)

	require.NotEqual(t, outside, inside)

	// However many threads have been in the namespace, no goroutine finds itself there.
	for range 20 {
		others.Go(func() {
			require.Equal(t, inside, namespaceInside(t, path))
			require.Equal(t, outside, namespaceOf(t, "thread-self"))
		})
	}

	others.Wait()
	require.Equal(t, outside, namespaceOf(t, "self"), "the main thread is what the kernel shows of a process")
}

func TestDo_OfNoNamespace_StaysInTheCallers(t *testing.T) {
	t.Parallel()

	outside := namespaceOf(t, "self")

	require.NoError(t, netnamespace.Do("", func() error {
		require.Equal(t, outside, namespaceOf(t, "thread-self"))

		return nil
	}))
}

func TestDo_Fails_ReturnsTheError(t *testing.T) {
	t.Parallel()

	broken := errors.New("broken")
	require.ErrorIs(t, netnamespace.Do("", func() error { return broken }), broken)
	require.ErrorContains(t, netnamespace.Do("/nowhere", func() error { return nil }), "/nowhere")
}

func TestNamespace_IsNew_UntilItIsRemoved(t *testing.T) {
	t.Parallel()

	path := newNamespace(t)
	before := namespaceInside(t, path)

	require.NoError(t, netnamespace.Ensure(path))
	require.Equal(t, before, namespaceInside(t, path), "what is there stays")

	require.NoError(t, netnamespace.Do(path, func() error {
		links, err := netlink.LinkList()
		require.NoError(t, err)

		for _, link := range links {
			addresses, err := netlink.AddrList(link, netlink.FAMILY_ALL)
			require.NoError(t, err)

			if link.Attrs().Name != "lo" {
				require.Empty(t, addresses)

				continue
			}

			require.Len(t, addresses, 1, "IPv6 is off")
			require.True(t, addresses[0].IP.IsLoopback())
		}

		return nil
	}))

	require.NoError(t, netnamespace.Remove(path))
	require.NoFileExists(t, path)
	require.False(t, netnamespace.Exists(path))
	require.NoError(t, netnamespace.Remove(path), "it may be removed twice")
}

func newNamespace(t *testing.T) string {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("making network namespaces needs root")
	}

	path := filepath.Join(t.TempDir(), "namespace")
	require.NoError(t, netnamespace.Ensure(path))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

	return path
}

// namespaceInside returns which namespace a process is in that Do starts.
func namespaceInside(t *testing.T, path string) string {
	t.Helper()

	var found []byte

	require.NoError(t, netnamespace.Do(path, func() error {
		var err error

		found, err = exec.CommandContext(t.Context(), "readlink", "/proc/self/ns/net").Output()

		return err
	}))

	return strings.TrimSpace(string(found))
}

func namespaceOf(t *testing.T, process string) string {
	t.Helper()

	found, err := os.Readlink(filepath.Join("/proc", process, "ns", "net"))
	require.NoError(t, err)

	return found
}
