package edgeproxy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestTableBook_KeepsTheStateOfUpstreamsThatStay(t *testing.T) {
	t.Parallel()

	stays := client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"}
	goes := client.Upstream{VMID: id.New(), Address: "127.0.0.1:2"}
	tables := []client.RouteTable{
		{Version: 1, Routes: []client.Route{live("a.example", stays, goes)}},
		{Version: 2, Routes: []client.Route{live("a.example", stays)}},
	}

	for name, change := range map[string]tableChange{"whole": wholeChange(2, tables[1].Routes...), "change": changeBetween(tables[0], tables[1])} {
		book := newTableBook(newLedger())
		first, problems, err := book.apply(wholeChange(1, tables[0].Routes...))
		require.NoError(t, err)
		require.Empty(t, problems)

		before := first.lookup("a.example").upstreams[0]
		before.rest(time.Now())

		second, problems, err := book.apply(change)
		require.NoError(t, err)
		require.Empty(t, problems)
		require.Len(t, second.lookup("a.example").upstreams, 1, name)
		require.Same(t, before, second.lookup("a.example").upstreams[0], name)
		require.Len(t, first.lookup("a.example").upstreams, 2, "a table never changes")
		require.Len(t, book.upstreams, 1, "what nobody uses is forgotten")
	}
}

func TestTableBook_AddressGivenToAnotherVM_BeginsAfresh(t *testing.T) {
	t.Parallel()

	route := func() client.Route { return live("a.example", client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"}) }
	book := newTableBook(newLedger())

	first, _, err := book.apply(wholeChange(1, route()))
	require.NoError(t, err)
	second, _, err := book.apply(wholeChange(2, route()))
	require.NoError(t, err)

	require.NotSame(t, first.lookup("a.example").upstreams[0], second.lookup("a.example").upstreams[0])
}

func TestTableBook_HostnamesOfOneDeploymentShareItsUpstreams(t *testing.T) {
	t.Parallel()

	vm := client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"}
	made, _ := tableOf(live("a.example", vm), live("b.example", vm))

	require.Same(t, made.lookup("a.example").upstreams[0], made.lookup("b.example").upstreams[0])
}

func TestTableBook_BrokenEntriesAreLeftOutAlone(t *testing.T) {
	t.Parallel()

	made, problems := tableOf(
		live("not a hostname", client.Upstream{Address: "127.0.0.1:1"}),
		live("a.example", client.Upstream{Address: "metadata.internal:80"}, client.Upstream{Address: "127.0.0.1"}, client.Upstream{Address: "127.0.0.1:1"}),
	)

	require.Len(t, problems, 3)
	require.Equal(t, 1, made.hostnames)
	require.Len(t, made.lookup("a.example").upstreams, 1)
}

// Whatever changes, in whatever order and at whatever step, the table is the one that a whole table would have made.
func TestTableBook_ChangesLeadToTheSameTableAsTheWhole(t *testing.T) {
	t.Parallel()

	random := rand.New(rand.NewPCG(1, 2))
	vms := lo.Times(4, func(i int) client.Upstream {
		return client.Upstream{VMID: id.New(), Address: fmt.Sprintf("127.0.0.1:%d", i+1)}
	})
	routes, ledger := map[string]client.Route{}, newLedger()
	book, now := newTableBook(ledger), client.RouteTable{Version: 1}

	_, _, err := book.apply(wholeChange(1))
	require.NoError(t, err)

	for version := int64(2); version < 300; version++ {
		for range random.IntN(4) {
			hostname := fmt.Sprintf("%s%d.example", lo.Ternary(random.IntN(5) == 0, "*.", ""), random.IntN(20))
			if delete(routes, hostname); random.IntN(3) > 0 {
				routes[hostname] = live(hostname, lo.Samples(vms, random.IntN(3))...)
			}
		}

		next := client.RouteTable{Version: version, Routes: lo.Values(routes)}
		made, problems, err := book.apply(changeBetween(now, next))
		require.NoError(t, err)
		require.Empty(t, problems)

		now = next

		want, _ := tableOf(next.Routes...)
		require.Equal(t, want.hostnames, made.hostnames)
		require.Equal(t, want.wildcards, made.wildcards)
		require.Len(t, ledger.counters(), len(lo.UniqBy(next.Routes, func(r client.Route) any { return *r.DeploymentID })))

		for i := range 20 {
			for _, hostname := range []string{fmt.Sprintf("%d.example", i), fmt.Sprintf("www.%d.example", i)} {
				require.Equal(t, saying(want.lookup(hostname)), saying(made.lookup(hostname)), hostname)
			}
		}
	}
}

// saying is what a route says of where requests go.
func saying(r *route) []string {
	if r == nil {
		return nil
	}

	upstreams := lo.Map(r.upstreams, func(u *upstream, _ int) string { return u.address + u.vmID.String() })
	slices.Sort(upstreams)

	return append(upstreams, r.hostname, string(r.state), r.deploymentID.String())
}

func TestTableBook_ChangeOfAnotherTable_IsRefusedUntilAWholeOneComes(t *testing.T) {
	t.Parallel()

	one, two, three := live("a.example"), live("b.example"), live("c.example")
	book := newTableBook(newLedger())
	_, _, err := book.apply(wholeChange(1, one))
	require.NoError(t, err)
	require.NotNil(t, book.checksum())

	// The platform's version 1 was another one than the edge's.
	_, _, err = book.apply(changeBetween(client.RouteTable{Version: 1, Routes: []client.Route{three}}, client.RouteTable{Version: 2, Routes: []client.Route{three, two}}))
	require.ErrorIs(t, err, errDiverged)
	require.Nil(t, book.checksum())

	_, _, err = book.apply(changeBetween(client.RouteTable{Version: 5}, client.RouteTable{Version: 6}))
	require.ErrorIs(t, err, errDiverged, "it is behind no version that the edge has")

	made, _, err := book.apply(wholeChange(2, three, two))
	require.NoError(t, err)
	require.Equal(t, 2, made.hostnames)
	require.Nil(t, made.lookup("a.example"))
	require.NotNil(t, book.checksum())
}

func TestTableBook_WholeTableWithoutTheRightChecksum_IsServedAndAskedForWholeAgain(t *testing.T) {
	t.Parallel()

	for _, checksum := range []string{"", "0123456789abcdef"} {
		change := wholeChange(1, live("a.example"))
		change.Checksum = checksum

		book := newTableBook(newLedger())
		made, _, err := book.apply(change)
		require.NoError(t, err)
		require.NotNil(t, made.lookup("a.example"))
		require.Nil(t, book.checksum())
	}
}

func BenchmarkTableBook_OneChange(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			routes := lo.Times(size, func(i int) client.Route {
				return live(fmt.Sprintf("app-%d.example.com", i), client.Upstream{VMID: id.New(), Address: "127.0.0.1:1"})
			})
			book := newTableBook(newLedger())
			whole := wholeChange(1, routes...)
			_, _, err := book.apply(whole)
			require.NoError(b, err)

			sum := book.sum

			for version := int64(1); b.Loop(); version++ {
				// The same route again: the checksum stays.
				change := tableChange{Since: new(version), Version: version + 1, Checksum: fmt.Sprintf("%016x", sum), Routes: []json.RawMessage{whole.Routes[0]}}
				_, _, err := book.apply(change)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkTable_Lookup(b *testing.B) {
	routes := lo.Times(100_000, func(i int) client.Route { return live(fmt.Sprintf("app-%d.example.com", i)) })
	made, _ := tableOf(routes...)

	for i := 0; b.Loop(); i++ {
		if made.lookup(routes[i%len(routes)].Hostname) == nil {
			b.Fatal("it has no route")
		}
	}
}
