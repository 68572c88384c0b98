package edgeproxy

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestDialer_NoRouteOfItsOwn_IsNotDialed(t *testing.T) {
	t.Parallel()

	for name, answer := range map[string]error{"only the default route": nil, "unreachable": errors.New("no route to host")} {
		d := newDialer(true)
		d.hasRoute = func(netip.Addr) (bool, error) { return false, answer }

		_, err := d.dial(t.Context(), "tcp", at("192.0.2.1:80", "").connections+":80")
		require.Error(t, err, name)
		require.Equal(t, reasonConnect, reasonOf(err), name)

		if _, dialed := errors.AsType[*net.OpError](err); dialed {
			t.Errorf("%s: dialed", name)
		}
	}
}

func TestDialer_RouteIsRememberedForAWhile_ItsAbsenceIsNot(t *testing.T) {
	t.Parallel()

	asked, found := 0, false
	d := newDialer(true)
	d.hasRoute = func(netip.Addr) (bool, error) {
		asked++

		return found, nil
	}

	require.ErrorIs(t, d.check("192.0.2.1:80"), errNoRoute)

	found = true

	require.NoError(t, d.check("192.0.2.1:80"))
	require.NoError(t, d.check("192.0.2.1:81"))
	require.Equal(t, 2, asked)

	d.checked[netip.MustParseAddr("192.0.2.1")] = d.checked[netip.MustParseAddr("192.0.2.1")].Add(-routeCheckLife)

	require.NoError(t, d.check("192.0.2.1:80"))
	require.Equal(t, 3, asked)
}

func TestDialer_LoopbackAndNames(t *testing.T) {
	t.Parallel()

	d := newDialer(true)
	d.hasRoute = func(netip.Addr) (bool, error) { return false, nil }

	require.NoError(t, d.check("127.0.0.1:80"))
	require.NoError(t, d.check("[::1]:80"))
	require.Error(t, d.check("metadata.internal:80"), "names are never looked up")

	d.requireRoute = false

	require.NoError(t, d.check("192.0.2.1:80"))
}

func TestDialer_AddressOutsideTheCluster_VisitorsSeeThatTheAppIsDown(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t))
	// TEST-NET-1, which no machine has a route of its own for.
	b.serve(t, live(demoHost, client.Upstream{VMID: id.New(), Address: "192.0.2.1:80"}))

	response, body := b.get(t, demoHost, "/")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Contains(t, body, "app_down")
}
