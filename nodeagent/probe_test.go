package nodeagent

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// ask returns the complaint about an app that answers this way; "" for a healthy one.
func ask(t *testing.T, path string, handler http.HandlerFunc) string {
	t.Helper()

	p := proberOf(t, handler)
	p.path = path

	if c := p.ask(t.Context()); c != nil {
		require.False(t, c.refused)

		return c.sentence()
	}

	return ""
}

// proberOf returns a prober of an app that answers this way.
func proberOf(t *testing.T, handler http.HandlerFunc) *prober {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return newProber(netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://")), "", os.Getpid())
}

func answer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func TestProber_WithoutAHealthPath_AnyStatusBelow500IsHealthy(t *testing.T) {
	t.Parallel()

	require.Empty(t, ask(t, "", answer(http.StatusOK)))
	require.Empty(t, ask(t, "", answer(http.StatusNotFound)))
	require.Contains(t, ask(t, "", answer(http.StatusServiceUnavailable)), "with status 503")
}

func TestProber_WithAHealthPath_OnlySuccessIsHealthy(t *testing.T) {
	t.Parallel()

	onlyUp := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/up" {
			w.WriteHeader(http.StatusNotFound)
		}
	}

	require.Empty(t, ask(t, "/up", onlyUp))
	require.Contains(t, ask(t, "/other", onlyUp), "answered GET /other with status 404")
}

func TestProber_DoesNotFollowRedirects(t *testing.T) {
	t.Parallel()

	require.Empty(t, ask(t, "/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusInternalServerError)

			return
		}

		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
}

func TestProber_AppThatInsistsOnTLS_IsAskedForMoreThanARedirect(t *testing.T) {
	t.Parallel()

	require.Contains(t, ask(t, "/up", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Forwarded-Proto") != "https" {
			http.Redirect(w, r, "https://"+r.Host, http.StatusMovedPermanently)

			return
		}

		w.WriteHeader(http.StatusInternalServerError)
	}), "status 500")
}

func TestProber_SomethingElseThanHTTP_IsNamed(t *testing.T) {
	t.Parallel()

	require.Contains(t, ask(t, "", func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = connection.Close()
		}
	}), "without an HTTP answer")
}

func TestProber_NothingListens_IsToldApartAndExplained(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.NotFoundHandler())
	address := netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://"))
	server.Close()

	c := newProber(address, "", os.Getpid()).ask(t.Context())
	require.NotNil(t, c)
	require.True(t, c.refused)
	require.Contains(t, c.sentence(), "The app does not listen on port")
}

func TestStartInterval_AsksOftenAtFirstAndEverMoreSeldom(t *testing.T) {
	t.Parallel()

	asked := 0

	for age := time.Duration(0); age < time.Hour; age += startInterval(true, age) {
		require.LessOrEqual(t, startInterval(true, age), startInterval(false, age))
		require.LessOrEqual(t, startInterval(true, age), max(age/ageShare, refusedShortest))

		if age < time.Minute {
			asked++
		}
	}

	require.Less(t, asked, 350, "in the first minute")
	require.Equal(t, 5*time.Millisecond, startInterval(true, 0))
	require.Equal(t, unhealthyInterval, startInterval(true, time.Hour))
}

func TestProbes_OfAHealthyVM_ComeEverMoreSeldomWithinBounds(t *testing.T) {
	t.Parallel()

	require.Equal(t, 5*time.Second, healthyPause(0))
	require.Equal(t, 5*time.Second, healthyPause(20*time.Second))
	require.Equal(t, 15*time.Second, healthyPause(time.Minute))
	require.Equal(t, 30*time.Second, healthyPause(24*time.Hour))
}

func TestDescribeListeners_SaysWhereTheAppListensInstead(t *testing.T) {
	t.Parallel()

	parse := netip.MustParseAddrPort
	describe := func(found ...netip.AddrPort) string {
		p := newProber(parse("127.0.0.1:1"), "", os.Getpid()) // Nothing listens there.
		p.project = "shop"

		return p.describe(found)
	}

	require.Contains(t, describe(), "the port in the environment variable PORT.")
	require.Equal(t, "The app does not listen on port 1. It listens on port 80. Make it listen on the port in the environment variable PORT, "+
		"which is 1, or tell the project its port: `zeitwork projects set shop --port 80`.", describe(parse("0.0.0.0:80"), parse("[::]:80")))
	require.Contains(t, describe(parse("0.0.0.0:8080"), parse("[::]:443")), "It listens on port 443 and 8080. ")
	require.Contains(t, describe(parse("127.0.0.1:1")), "of localhost only")
	require.Contains(t, describe(parse("127.0.0.1:1"), parse("[::1]:1")), "of localhost only")
	require.Contains(t, describe(parse("0.0.0.0:1")), "since a moment ago")
	require.Contains(t, describe(parse("[::]:1"), parse("[::]:80")), "by IPv6 only. Make it listen on 0.0.0.0")
}

func TestProber_ListenersThatCannotBeSeen_AreNotGuessed(t *testing.T) {
	t.Parallel()

	p := newProber(netip.MustParseAddrPort("127.0.0.1:1"), "", 0) // Nothing listens there.
	c := p.ask(t.Context())
	require.True(t, c.refused)
	require.Equal(t, "Nothing answers on port 1: the app does not listen there, or on localhost only. "+
		"Make it listen on 0.0.0.0 and the port in the environment variable PORT.", c.sentence())
}

func TestProber_AppListensOnIPv6Alone_IsToldApart(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp6", "[::]:0") // Go makes it take IPv6 only.
	if err != nil {
		t.Skip("this machine has no IPv6")
	}

	t.Cleanup(func() { require.NoError(t, listener.Close()) })

	address := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), netip.MustParseAddrPort(listener.Addr().String()).Port())
	c := newProber(address, "", os.Getpid()).ask(t.Context())
	require.NotNil(t, c)
	require.Contains(t, c.sentence(), "by IPv6 only. Make it listen on 0.0.0.0")
}

// checksHost answers as Django and Rails do to a host that they were not told of.
func checksHost(allowed ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(allowed, r.Host) || r.Header.Get("X-Forwarded-Proto") != "https" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}
}

func TestProber_AppChecksItsHost_IsAskedAsVisitorsDo(t *testing.T) {
	t.Parallel()

	vm := &client.AssignedVM{Origins: &[]string{"https://shop.example.com", "https://shop.zeitwork.app:8443", "nonsense"}}

	for name, test := range map[string]struct {
		allowed []string
		probes  int
	}{
		"its first host":  {[]string{"shop.example.com"}, 1},
		"its second host": {[]string{"shop.zeitwork.app:8443"}, 2},
		"another host":    {[]string{"localhost"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := httptest.NewServer(checksHost(test.allowed...))
			t.Cleanup(server.Close)

			p := newProber(netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://")), "/up", os.Getpid())
			p.origins = originsOf(vm)

			for probe := 1; probe <= 4; probe++ {
				c := p.ask(t.Context())
				if test.probes != 0 && probe >= test.probes {
					require.Nil(t, c, "and it stays with the host that is allowed")

					continue
				}

				require.NotNil(t, c)
				require.Contains(t, c.sentence(), "with status 400, asked as shop.")
			}
		})
	}
}

func TestListeners_FindThoseOfTheKernel(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)

	require.Contains(t, listeners(os.Getpid()), netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://")))
}

func TestParseSocket_ReadsTheKernelsWayOfWriting(t *testing.T) {
	t.Parallel()

	address, ok := parseSocket("0100007F:1F90")
	require.True(t, ok)
	require.Equal(t, netip.MustParseAddrPort("127.0.0.1:8080"), address)

	address, ok = parseSocket("00000000000000000000000001000000:0050")
	require.True(t, ok)
	require.Equal(t, netip.MustParseAddrPort("[::1]:80"), address)

	_, ok = parseSocket("nonsense")
	require.False(t, ok)
}

func BenchmarkListeners(b *testing.B) {
	for b.Loop() {
		listeners(os.Getpid())
	}
}
