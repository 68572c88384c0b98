package edgeproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/zeitwork/zeitwork/client"
)

func withHTTP3(c *Config) { c.HTTP3 = true }

// browser3 is a client that speaks HTTP/3 alone, and finds every hostname at the edge.
func (b *testBundle) browser3(t *testing.T, authority *authority) *http.Client {
	t.Helper()

	return b.dialing3(t, &tls.Config{RootCAs: authority.pool})
}

func (b *testBundle) dialing3(t *testing.T, config *tls.Config) *http.Client {
	t.Helper()

	transport := &http3.Transport{
		TLSClientConfig: config,
		Dial: func(ctx context.Context, _ string, config *tls.Config, options *quic.Config) (*quic.Conn, error) {
			return quic.DialAddr(ctx, b.encrypted, config, options)
		},
	}
	t.Cleanup(func() { _ = transport.Close() })

	return &http.Client{Transport: transport, Timeout: patience}
}

func TestHTTP3_IsServedAsHTTP2Is_AndAnnounced(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, withHTTP3, func(c *Config) { c.MaxRequestBytes = 10 }), newAuthority(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, strings.Join([]string{r.Header.Get("X-Forwarded-Proto"), r.Header.Get("X-Forwarded-For"), r.Host, string(body)}, " "))
	})))
	b.certify(t, a, demoHost)

	_, port, err := net.SplitHostPort(b.encrypted)
	require.NoError(t, err)

	for _, browser := range []*http.Client{b.browser3(t, a), b.browser(t, a, true)} {
		response, err := browser.Post("https://"+demoHost+"/", "text/plain", strings.NewReader("hello"))
		require.NoError(t, err)

		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "https 127.0.0.1 "+demoHost+" hello", string(body))
		require.Equal(t, `h3=":`+port+`"; ma=3600`, response.Header.Get("Alt-Svc"))

		large, err := browser.Post("https://"+demoHost+"/", "text/plain", strings.NewReader(strings.Repeat("a", 11)))
		require.NoError(t, err)
		require.NoError(t, large.Body.Close())
		require.Equal(t, http.StatusRequestEntityTooLarge, large.StatusCode)
	}

	// A name without a certificate is refused.
	var refused *quic.TransportError

	_, err = b.browser3(t, a).Get("https://nobody.example.org/") //nolint:bodyclose // There is none.
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.ErrorCode.IsCryptoError())

	// What comes without TLS is told nothing.
	plain, err := b.client.Do(b.request(t, http.MethodPost, demoHost, "/", strings.NewReader("a")))
	require.NoError(t, err)
	require.NoError(t, plain.Body.Close())
	require.Empty(t, plain.Header.Get("Alt-Svc"))
}

func TestHTTP3_WhereItIsOff_NothingListens(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	b.serve(t, live(demoHost, app(t, func(http.ResponseWriter, *http.Request) {})))
	b.certify(t, a, demoHost)

	response, err := b.browser(t, a, true).Get("https://" + demoHost + "/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Empty(t, response.Header.Get("Alt-Svc"))

	packets, err := net.ListenPacket("udp", b.encrypted)
	require.NoError(t, err)
	require.NoError(t, packets.Close())

	require.Error(t, Config{HTTP3: true}.checkHTTP3())
}

func TestHTTP3_Drain_LetsRequestsEnd(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, withHTTP3), newAuthority(t)
	begun, finish := make(chan struct{}), make(chan struct{})

	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-finish

		_, _ = io.WriteString(w, "whole")
	})))
	b.certify(t, a, demoHost)

	result := make(chan error, 1)
	browser := b.browser3(t, a)

	go func() {
		response, err := browser.Get("https://" + demoHost + "/")
		if err == nil {
			var body []byte

			body, err = io.ReadAll(response.Body)
			_ = response.Body.Close()

			if err == nil && string(body) != "whole" {
				err = errors.New(string(body))
			}
		}

		result <- err
	}()

	<-begun
	b.stop()

	require.Eventually(t, func() bool {
		connection, err := net.DialTimeout("tcp", b.encrypted, time.Second)
		if err == nil {
			_ = connection.Close()
		}

		return err != nil
	}, patience, frequency)

	close(finish)
	require.NoError(t, <-result)
}

func TestHTTP3_RequestWithoutABody_IsRepeatable(t *testing.T) {
	t.Parallel()

	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()

			drops, seen := dropper(t, "fsn")
			b, a := setup(t, withTLS, withHTTP3, here), newAuthority(t)
			b.serve(t, live(demoHost, drops, in("hel", app(t, says("other")))))
			b.certify(t, a, demoHost)

			request, err := http.NewRequestWithContext(t.Context(), method, "https://"+demoHost+"/", nil)
			require.NoError(t, err)

			response, err := b.browser3(t, a).Do(request)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Positive(t, seen.Load())
		})
	}
}

func TestHTTP3_RequestWithABodyOfUnknownLength_ArrivesWhole(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, withHTTP3), newAuthority(t)
	b.serve(t, live(demoHost, app(t, readsAll)))
	b.certify(t, a, demoHost)

	for _, method := range []string{http.MethodDelete, http.MethodPost} {
		request, err := http.NewRequestWithContext(t.Context(), method, "https://"+demoHost+"/", io.MultiReader(strings.NewReader("whole")))
		require.NoError(t, err)

		response, err := b.browser3(t, a).Do(request)
		require.NoError(t, err)

		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, "whole", string(body))
	}
}

func TestHTTP3_ClientTakesNothing_FreesTheApp(t *testing.T) {
	t.Parallel()

	gone := make(chan struct{})
	b, a := setup(t, withTLS, withHTTP3, func(c *Config) { c.SendTimeout = time.Second }), newAuthority(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		defer close(gone)

		for {
			if _, err := w.Write(make([]byte, sendPiece)); err != nil {
				return
			}
		}
	})))
	b.certify(t, a, demoHost)

	browser := b.browser3(t, a)
	browser.Timeout = 0 // The end of its patience would free the app as well.

	response, err := browser.Get("https://" + demoHost + "/")
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	select {
	case <-gone:
	case <-time.After(patience):
		require.Fail(t, "the app still sends")
	}

	b.requireNothingInFlight(t)
}

func TestHTTP3_SessionsGoOnAtAnotherEdge(t *testing.T) {
	t.Parallel()

	a := newAuthority(t)
	certificate := a.issue(t, demoHost)
	config := &tls.Config{RootCAs: a.pool, ClientSessionCache: tls.NewLRUClientSessionCache(8)}

	for _, resumes := range []bool{false, true} {
		b := setup(t, withTLS, withHTTP3)
		b.serve(t, live(demoHost, app(t, says("hello"))))
		b.publishCertificates(t, func(c *client.EdgeCertificates) {
			c.Certificates, c.TicketKeys = []client.EdgeCertificate{certificate}, []string{ticketKey("a")}
		})

		response, err := b.dialing3(t, config).Get("https://" + demoHost + "/")
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, resumes, response.TLS.DidResume)
	}
}

func TestHTTP3_GRPC_ReachesTheApp(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, withHTTP3), newAuthority(t)
	vm, _ := grpcApp(t)
	b.serve(t, live(demoHost, vm))
	b.certify(t, a, demoHost)

	const empty = "\x00\x00\x00\x00\x00"

	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+demoHost+grpc_health_v1.Health_Check_FullMethodName,
		strings.NewReader(empty))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("Te", "trailers")

	response, err := b.browser3(t, a).Do(request)
	require.NoError(t, err)

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "\x00\x00\x00\x00\x02\x08\x01", string(body), "SERVING")
	require.Equal(t, "0", response.Trailer.Get("Grpc-Status"))
}

func TestHTTP3_ProxyInFront_IsNotAnnounced(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, withHTTP3, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }), newAuthority(t)
	b.serve(t, live(demoHost, app(t, says("hello"))))
	b.certify(t, a, demoHost)

	response, err := b.browser(t, a, true).Get("https://" + demoHost + "/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Empty(t, response.Header.Get("Alt-Svc"))
}

func TestHTTP3_HeadThatNeverEnds_ClosesTheConnection(t *testing.T) {
	t.Parallel()

	p, a := newPlatform(t), newAuthority(t)
	config := configFor(t, p)
	withTLS(&config)
	withHTTP3(&config)

	proxy, err := New(config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)

	proxy.idle3 = 500 * time.Millisecond

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	b := serveProxy(t, p, proxy, listener)
	b.certify(t, a, demoHost)

	connection, err := quic.DialAddr(t.Context(), b.encrypted, &tls.Config{RootCAs: a.pool, ServerName: demoHost, NextProtos: []string{http3.NextProtoH3}},
		&quic.Config{KeepAlivePeriod: 100 * time.Millisecond})
	require.NoError(t, err)

	defer func() { _ = connection.CloseWithError(0, "") }()

	stream, err := connection.OpenStream()
	require.NoError(t, err)
	_, err = stream.Write([]byte{1, 30}) // The frame of a head of 30 bytes, of which none comes.
	require.NoError(t, err)

	select {
	case <-connection.Context().Done():
	case <-time.After(patience):
		require.Fail(t, "the edge still waits")
	}

	var closed *quic.ApplicationError

	require.ErrorAs(t, context.Cause(connection.Context()), &closed)
	require.Equal(t, quic.ApplicationErrorCode(http3.ErrCodeNoError), closed.ErrorCode)
}

func TestProtocolOf_NamesTheVersion(t *testing.T) {
	t.Parallel()

	for want, r := range map[string]http.Request{"1.0": {ProtoMajor: 1}, "1.1": {ProtoMajor: 1, ProtoMinor: 1}, "2": {ProtoMajor: 2}, "3": {ProtoMajor: 3}} {
		require.Equal(t, want, protocolOf(&r))
	}
}
