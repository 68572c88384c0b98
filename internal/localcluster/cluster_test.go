package localcluster_test

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

	"github.com/zeitwork/zeitwork/internal/localcluster"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

// One cluster serves all, as it takes longest to start. A run that is killed, with the app on both nodes, comes before it.
//
//nolint:paralleltest // They disturb what the others stand on.
func TestCluster_OfTwoNodesAndTwoEdges(t *testing.T) {
	s := newSetup(t)
	s.startAndKill(t)

	cluster, err := localcluster.Start(t.Context(), s.options())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Stop(t.Context())) })

	a := &app{cluster: cluster}
	a.find(t)

	t.Run("After a run that was killed, the app answers from both nodes, through both edges", func(t *testing.T) {
		a.answersFromBothNodes(t)
	})

	t.Run("The instances are spread over the nodes", func(t *testing.T) {
		require.ElementsMatch(t, []string{"local", "local-2"}, a.nodesOfVMs(t))
	})

	t.Run("Nothing can leave a node's network namespace but by the link and the forwarded ports", func(t *testing.T) {
		for _, node := range cluster.Nodes() {
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
		node := cluster.Nodes()[1]
		require.NoError(t, dialFrom(node, cluster.APIURL()))
		require.NoError(t, dialFrom(node, "http://"+cluster.Registry()))

		require.NoError(t, cluster.CutOff(node.Name))
		require.ErrorIs(t, dialFrom(node, cluster.APIURL()), syscall.ECONNREFUSED)
		require.ErrorIs(t, dialFrom(node, "http://"+cluster.Registry()), syscall.ECONNREFUSED)
		a.answersFromBothNodes(t)

		require.NoError(t, cluster.Reconnect(node.Name))

		since := time.Now()

		require.Eventually(t, func() bool { return a.lastSeen(t, node.Name).After(since) }, time.Minute, 100*time.Millisecond)
	})

	for _, part := range []string{"postgres", "registry", "buildkitd", "api", "worker-1", "containerd-1", "nodeagent-2", "edgeproxy-2"} {
		t.Run("The app answers while this is held, and after it was released: "+part, func(t *testing.T) {
			require.Contains(t, cluster.Parts(), part)

			held := cluster.PID(part)
			require.NoError(t, cluster.Hold(t.Context(), part))
			require.ErrorIs(t, syscall.Kill(held, 0), syscall.ESRCH)

			// The first edge is never held.
			a.answersThrough(t, cluster.EdgeURL())
			require.Equal(t, held, cluster.PID(part))

			require.NoError(t, cluster.Release(t.Context(), part))
			require.NotEqual(t, held, cluster.PID(part))
			a.answersFromBothNodes(t)
			require.Len(t, a.nodesOfVMs(t), 2, "the database has kept them")
		})
	}

	t.Run("A worker is replaced by one of another binary", func(t *testing.T) {
		upgraded := filepath.Join(filepath.Dir(s.Program), "zeitwork-upgraded")
		require.NoError(t, os.Link(s.Program, upgraded))

		before := cluster.PID("worker-1")
		require.NoError(t, cluster.Replace(t.Context(), "worker-1", upgraded))
		require.NotEqual(t, before, cluster.PID("worker-1"))

		program, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(cluster.PID("worker-1")), "exe"))
		require.NoError(t, err)
		require.Equal(t, upgraded, program)

		require.ErrorContains(t, cluster.Replace(t.Context(), "registry", upgraded), "not a service")
	})

	t.Run("Stop leaves nothing, whatever is held, frozen or cut off", func(t *testing.T) {
		inodes := lo.Map(cluster.Nodes(), func(n localcluster.Node, _ int) uint64 { return inode(t, n.NetworkNamespace) })
		require.NotEmpty(t, s.left(t, cluster, inodes), "there is something to be left")

		require.NoError(t, cluster.Hold(t.Context(), "containerd-1"))
		require.NoError(t, syscall.Kill(cluster.PID("containerd-2"), syscall.SIGSTOP))
		require.NoError(t, syscall.Kill(cluster.PID("nodeagent-1"), syscall.SIGSTOP))
		require.NoError(t, cluster.CutOff("local"))

		require.NoError(t, cluster.Stop(t.Context()))
		require.Empty(t, s.left(t, cluster, inodes))
	})
}

// dialFrom connects to a URL's host from a node's network namespace.
func dialFrom(node localcluster.Node, url string) error {
	return netnamespace.Do(node.NetworkNamespace, func() error {
		connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return err
		}

		return connection.Close()
	})
}
