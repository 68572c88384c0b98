package cluster_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/cluster"
)

// One cluster serves all, as it takes longest to start. A run that is killed, with the app on both nodes, comes before it.
//
//nolint:paralleltest // They disturb what the others stand on.
func TestCluster_OfTwoNodesAndTwoEdges(t *testing.T) {
	s := newSetup(t)
	s.startAndKill(t)

	started, err := cluster.Start(t.Context(), s.options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, started.Stop(t.Context())) })

	a := &app{cluster: started}
	a.find(t)

	t.Run("After a run that was killed, the app answers from both nodes, through both edges", func(t *testing.T) {
		a.answersFromBothNodes(t)
	})

	t.Run("The instances are spread over the nodes", func(t *testing.T) {
		require.ElementsMatch(t, []string{"local", "local-2"}, a.nodesOfVMs(t))
	})

	t.Run("Nothing can leave a node's network namespace but by the link and the forwarded ports", func(t *testing.T) {
		for _, node := range started.Nodes() {
			require.NoError(t, netnamespace.Do(node.NetworkNamespace, func() error {
				routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
				require.NoError(t, err)

				require.True(t, lo.ContainsBy(routes, func(r netlink.Route) bool {
					return r.Type == unix.RTN_UNREACHABLE && prefixOf(t, r.Dst) == clusterRange
				}))

				for _, route := range routes {
					require.True(t, clusterRange.Contains(prefixOf(t, route.Dst).Addr()), "route %s", route)
				}

				return nil
			}))
		}
	})

	t.Run("A node that is cut off serves on, and reports again when it is reconnected", func(t *testing.T) {
		node := started.Nodes()[1]
		require.NoError(t, dialFrom(node, started.APIURL()))
		require.NoError(t, dialFrom(node, "http://"+started.Registry()))

		require.NoError(t, started.CutOff(node.Name))
		require.ErrorIs(t, dialFrom(node, started.APIURL()), syscall.ECONNREFUSED)
		require.ErrorIs(t, dialFrom(node, "http://"+started.Registry()), syscall.ECONNREFUSED)
		a.answersFromBothNodes(t)

		require.NoError(t, started.Reconnect(node.Name))

		since := time.Now()

		require.Eventually(t, func() bool { return a.lastSeen(t, node.Name).After(since) }, time.Minute, 100*time.Millisecond)
	})

	for _, part := range []string{"postgres", "registry", "buildkitd", "api", "worker-1", "containerd-1", "nodeagent-2", "edgeproxy-2"} {
		t.Run("The app answers while this is held, and after it was released: "+part, func(t *testing.T) {
			require.Contains(t, started.Parts(), part)

			held := started.PID(part)
			require.NoError(t, started.Hold(t.Context(), part))
			require.ErrorIs(t, syscall.Kill(held, 0), syscall.ESRCH)

			// The first edge is never held.
			a.answersThrough(t, started.EdgeURL())
			require.Equal(t, held, started.PID(part))

			require.NoError(t, started.Release(t.Context(), part))
			require.NotEqual(t, held, started.PID(part))
			a.answersFromBothNodes(t)
			require.Len(t, a.nodesOfVMs(t), 2, "the database has kept them")
		})
	}

	t.Run("A worker is replaced by one of another binary", func(t *testing.T) {
		upgraded := filepath.Join(filepath.Dir(s.Program), "zeitwork-upgraded")
		require.NoError(t, os.Link(s.Program, upgraded))

		before := started.PID("worker-1")
		require.NoError(t, started.Replace(t.Context(), "worker-1", upgraded))
		require.NotEqual(t, before, started.PID("worker-1"))

		program, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(started.PID("worker-1")), "exe"))
		require.NoError(t, err)
		require.Equal(t, upgraded, program)

		require.ErrorContains(t, started.Replace(t.Context(), "registry", upgraded), "not a service")
	})

	t.Run("Stop leaves nothing, whatever is held, frozen or cut off", func(t *testing.T) {
		inodes := lo.Map(started.Nodes(), func(n cluster.Node, _ int) uint64 { return inode(t, n.NetworkNamespace) })
		require.NotEmpty(t, s.left(t, started, inodes), "there is something to be left")

		require.NoError(t, started.Hold(t.Context(), "containerd-1"))
		require.NoError(t, syscall.Kill(started.PID("containerd-2"), syscall.SIGSTOP))
		require.NoError(t, syscall.Kill(started.PID("nodeagent-1"), syscall.SIGSTOP))
		require.NoError(t, started.CutOff("local"))

		require.NoError(t, started.Stop(t.Context()))
		require.Empty(t, s.left(t, started, inodes))
	})
}

// dialFrom connects to a URL's host from a node's network namespace.
func dialFrom(node cluster.Node, url string) error {
	return netnamespace.Do(node.NetworkNamespace, func() error {
		connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return err
		}

		return connection.Close()
	})
}
