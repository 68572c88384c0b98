package main

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/netnamespace"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

func TestSentinel_SeesForbiddenPacketsOnceNothingHoldsThem(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}

	machine, node := twoMachines(t, "10.95.0.1/30", "10.95.0.2/30", "10.95.1.0/24")
	vms := &network.Network{Range: netip.MustParsePrefix("10.95.0.0/16"), Folder: filepath.Join(t.TempDir(), "netns"), Ingress: []string{"eth0"}}
	vms.Expect([]netip.Addr{netip.MustParseAddr("10.95.0.1")}, nil)

	require.NoError(t, netnamespace.Do(node, func() error { return errors.Join(vms.Setup(), vms.Forward(t.Context())) }))

	for _, address := range []string{"10.95.1.2", "10.95.1.3"} {
		vm := id.New()
		require.NoError(t, netnamespace.Do(node, func() error {
			_, err := vms.Attach(vm, netip.MustParseAddr(address))

			return errors.Join(err, vms.Unfiltered())
		}))
		t.Cleanup(func() { require.NoError(t, netnamespace.Do(node, func() error { return vms.Detach(vm) })) })
	}

	s, err := startSentinel(t.Context(), machine, cluster.Node{Name: "node", NetworkNamespace: node, NetworkFolder: vms.Folder})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.stop()) })

	sent := func(more int) func() bool {
		s.mutex.Lock()
		defer s.mutex.Unlock()

		least := s.tried + more

		return func() bool {
			s.mutex.Lock()
			defer s.mutex.Unlock()

			return s.tried >= least && s.seen > 0
		}
	}

	require.Eventually(t, sent(500), 20*time.Second, time.Millisecond)
	require.Empty(t, s.findings())

	// Without rules the filters of each interface hold them.
	require.NoError(t, flushRules(t.Context(), node, flush{}))
	require.Eventually(t, sent(500), 20*time.Second, time.Millisecond)
	require.Empty(t, s.findings())

	require.NoError(t, netnamespace.Do(node, unfilter))
	require.Eventually(t, sent(500), 20*time.Second, time.Millisecond)

	s.mutex.Lock()
	defer s.mutex.Unlock()

	for what, arrival := range map[string]string{
		"another VM": "from 10.95.1.2 to 10.95.1.3 leaves", "the node, UDP": "a datagram from 10.95.1.2", "the node, TCP": "10.95.0.2 answers 10.95.1.",
		"the machine": "from 10.95.1.3 to 10.95.0.1 leaves", "from a stranger": "from 100.64.77.1 to 10.95.1.",
	} {
		require.True(t, lo.ContainsBy(s.arrived, func(text string) bool { return strings.Contains(text, arrival) }), what)
	}
}

// unfilter takes the filters from the interfaces of VMs.
func unfilter() error {
	links, err := netlink.LinkList()
	if err != nil {
		return err
	}

	for _, link := range links {
		if strings.HasPrefix(link.Attrs().Name, interfacePrefix) {
			err = errors.Join(err, netlink.QdiscDel(&netlink.GenericQdisc{
				QdiscAttrs: netlink.QdiscAttrs{LinkIndex: link.Attrs().Index, Handle: netlink.MakeHandle(0xffff, 0), Parent: netlink.HANDLE_CLSACT},
				QdiscType:  "clsact",
			}))
		}
	}

	return err
}

// twoMachines makes two network namespaces with a link, by which the second passes packets on to a network behind it.
func twoMachines(t *testing.T, firstAddress, secondAddress, behind string) (first, second string) {
	t.Helper()

	made := lo.Times(2, func(int) string {
		path := filepath.Join(t.TempDir(), "namespace")
		require.NoError(t, netnamespace.Ensure(path))
		t.Cleanup(func() { require.NoError(t, netnamespace.Remove(path)) })

		return path
	})

	far, err := netns.GetFromPath(made[1])
	require.NoError(t, err)

	t.Cleanup(func() { require.NoError(t, far.Close()) })

	require.NoError(t, netnamespace.Do(made[0], func() error {
		return netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "eth0", PeerNamespace: netlink.NsFd(far)})
	}))

	for namespace, address := range map[string]string{made[0]: firstAddress, made[1]: secondAddress} {
		require.NoError(t, netnamespace.Do(namespace, func() error {
			link, err := netlink.LinkByName("eth0")
			require.NoError(t, err)

			parsed, err := netlink.ParseAddr(address)
			require.NoError(t, err)

			return errors.Join(netlink.AddrAdd(link, parsed), netlink.LinkSetUp(link))
		}))
	}

	_, destination, err := net.ParseCIDR(behind)
	require.NoError(t, err)
	require.NoError(t, netnamespace.Do(made[0], func() error {
		return netlink.RouteAdd(&netlink.Route{Dst: destination, Gw: netip.MustParsePrefix(secondAddress).Addr().AsSlice()})
	}))

	return made[0], made[1]
}
