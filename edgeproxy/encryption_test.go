package edgeproxy

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestEncryption_AppsAreToldOfHTTPS(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, strings.Join([]string{r.Header.Get("X-Forwarded-Proto"), r.Host, string(body)}, " "))
	})))
	b.certify(t, a, demoHost)

	for _, http2 := range []bool{false, true} {
		browser := b.browser(t, a, http2)

		for range 3 {
			response, err := browser.Post("https://"+demoHost+"/", "text/plain", strings.NewReader("hello"))
			require.NoError(t, err)

			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, "https "+demoHost+" hello", string(body))
			require.Equal(t, http2, response.ProtoMajor == 2)
		}
	}
}

func TestEncryption_CertificateIsThatOfTheName(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	b.certify(t, a, "example.org", "*.example.org", "own.example.org")

	for name, want := range map[string]string{
		"example.org": "example.org", "OWN.example.org": "own.example.org", "a.example.org": "*.example.org",
	} {
		connection, err := b.handshake(t, &tls.Config{ServerName: name, RootCAs: a.pool})
		require.NoError(t, err, name)
		require.Equal(t, want, connection.ConnectionState().PeerCertificates[0].Subject.CommonName)
	}

	// Versions below 1.2 are refused.
	_, err := b.handshake(t, &tls.Config{ServerName: "example.org", RootCAs: a.pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.ErrorContains(t, err, "protocol version not supported")

	connection, err := b.handshake(t, &tls.Config{ServerName: "example.org", RootCAs: a.pool, MaxVersion: tls.VersionTLS12})
	require.NoError(t, err)
	require.EqualValues(t, tls.VersionTLS12, connection.ConnectionState().Version)
}

func TestEncryption_UnknownNames_AreRefusedBeforeAnyKeyIsUsed(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	b.certify(t, a, "example.org", "*.example.org")

	for _, name := range []string{"example.com", "a.b.example.org", "org"} {
		_, err := b.handshake(t, &tls.Config{ServerName: name, RootCAs: a.pool})
		require.ErrorContains(t, err, "unrecognized name", name)
	}

	// A client that names nothing, and all that the edge sends it: one alert.
	for _, name := range []string{"", "example.com"} {
		raw, err := net.Dial("tcp", b.encrypted)
		require.NoError(t, err)
		closeAfter(t, raw)
		require.NoError(t, raw.SetDeadline(time.Now().Add(patience)))

		_, err = raw.Write(greeting(t, name))
		require.NoError(t, err)

		answer, err := io.ReadAll(raw)
		require.NoError(t, err)
		require.Equal(t, unrecognizedName, answer)
	}
}

// greeting is the first message of a client.
func greeting(t *testing.T, name string) []byte {
	t.Helper()

	ours, theirs := net.Pipe()

	defer func() { _ = ours.Close() }()

	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: name, InsecureSkipVerify: true}).HandshakeContext(context.WithoutCancel(t.Context()))
		_ = theirs.Close()
	}()

	buffer := make([]byte, 16<<10)
	n, err := ours.Read(buffer)
	require.NoError(t, err)

	return buffer[:n]
}

func TestEncryption_SessionsGoOnAtAnotherEdge_UntilTheKeyIsForgotten(t *testing.T) {
	t.Parallel()

	a := newAuthority(t)
	one, other := setup(t, withTLS), setup(t, withTLS)
	certificate := a.issue(t, demoHost)

	for _, b := range []*testBundle{one, other} {
		b.serve(t, live(demoHost, app(t, says("hello"))))
		b.publishCertificates(t, func(c *client.EdgeCertificates) {
			c.Certificates, c.TicketKeys = []client.EdgeCertificate{certificate}, []string{ticketKey("a")}
		})
	}

	config := &tls.Config{ServerName: demoHost, RootCAs: a.pool, ClientSessionCache: tls.NewLRUClientSessionCache(8)}

	// Tickets come behind the handshake: a request has the client read them.
	resumed := func(b *testBundle) bool {
		connection, err := b.handshake(t, config)
		require.NoError(t, err)
		_, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n\r\n")
		require.NoError(t, err)
		_, err = io.ReadAll(connection)
		require.NoError(t, err)

		return connection.ConnectionState().DidResume
	}

	require.False(t, resumed(one))
	require.True(t, resumed(other))

	other.publishCertificates(t, func(c *client.EdgeCertificates) { c.TicketKeys = []string{ticketKey("b"), ticketKey("a")} })
	require.True(t, resumed(other))
	require.False(t, resumed(one), "its ticket is sealed by a key that this edge does not have")

	other.publishCertificates(t, func(c *client.EdgeCertificates) { c.TicketKeys = []string{ticketKey("c")} })
	require.False(t, resumed(other))
}

func TestEncryption_RestartedEdge_ServesWhileThePlatformIsAway(t *testing.T) {
	t.Parallel()

	p, a := newPlatform(t), newAuthority(t)
	config := configFor(t, p)
	withTLS(&config)

	first := start(t, p, config)
	first.serve(t, live(demoHost, app(t, says("hello"))))
	first.certify(t, a, demoHost)
	first.certify(t, a, "second.example.com")
	require.EqualValues(t, 1, p.certificates.full.Load(), "what has not changed is not sent again")
	first.stop()
	<-first.stopped

	path := filepath.Join(config.DataDir, "certificates.sealed")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(content), "PRIVATE KEY")
	require.NotContains(t, string(content), demoHost)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())

	p.away.Store(true)
	p.certificates.away.Store(true)

	second := start(t, p, config)
	for _, name := range []string{demoHost, "second.example.com"} {
		connection, err := second.handshake(t, &tls.Config{ServerName: name, RootCAs: a.pool})
		require.NoError(t, err)
		require.NoError(t, connection.Close())
	}

	second.stop()
	<-second.stopped

	// Another token opens nothing.
	config.Token = "zwe_other"
	third := start(t, p, config)
	_, err = third.handshake(t, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	require.ErrorContains(t, err, "unrecognized name")
}

func TestEncryption_BehindABalancer_TheVisitorsAddressIsThatOfThePROXYHeader(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS, func(c *Config) { c.ProxyProtocol = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }), newAuthority(t)
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("X-Forwarded-Proto")+" "+r.Header.Get("X-Forwarded-For"))
	})))
	b.certify(t, a, demoHost)

	raw, err := net.Dial("tcp", b.encrypted)
	require.NoError(t, err)
	closeAfter(t, raw)
	require.NoError(t, raw.SetDeadline(time.Now().Add(patience)))

	_, err = io.WriteString(raw, "PROXY TCP4 203.0.113.7 192.0.2.1 4000 443\r\n")
	require.NoError(t, err)

	connection := tls.Client(raw, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	_, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: "+demoHost+"\r\nConnection: close\r\n\r\n")
	require.NoError(t, err)

	answer, err := io.ReadAll(connection)
	require.NoError(t, err)
	require.Contains(t, string(answer), "https 203.0.113.7")
}

func TestEncryption_BrokenCertificate_TakesNoOtherDown(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	b.publishCertificates(t, func(c *client.EdgeCertificates) {
		broken := a.issue(t, "broken.example.org")
		broken.Key = a.issue(t, "other.example.org").Key
		c.Certificates = []client.EdgeCertificate{broken, a.issue(t, demoHost)}
		c.TicketKeys = []string{"short"}
	})

	_, err := b.handshake(t, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	require.NoError(t, err)
	_, err = b.handshake(t, &tls.Config{ServerName: "broken.example.org", RootCAs: a.pool})
	require.ErrorContains(t, err, "unrecognized name")

	// The platform believes that the edge has one which it has not: the edge asks for all.
	full := b.platform.certificates.full.Load()
	b.publishCertificates(t, func(c *client.EdgeCertificates) {
		forgotten := a.issue(t, "forgotten.example.org")
		forgotten.Version = 1
		c.Certificates = append(c.Certificates, forgotten)
	})
	require.Greater(t, b.platform.certificates.full.Load(), full)

	_, err = b.handshake(t, &tls.Config{ServerName: "forgotten.example.org", RootCAs: a.pool})
	require.NoError(t, err)

	// One that was taken away is not shown any more.
	b.publishCertificates(t, func(c *client.EdgeCertificates) { c.Certificates = c.Certificates[:1] })
	_, err = b.handshake(t, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	require.ErrorContains(t, err, "unrecognized name")
}

func TestEncryption_DrainingEdge_EndsRequestsAndConnections(t *testing.T) {
	t.Parallel()

	b, a := setup(t, withTLS), newAuthority(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	b.serve(t, live(demoHost, app(t, func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release

		_, _ = io.WriteString(w, "done")
	})))
	b.certify(t, a, demoHost)

	idle, err := b.handshake(t, &tls.Config{ServerName: demoHost, RootCAs: a.pool})
	require.NoError(t, err)
	require.NoError(t, idle.Close())

	answer := make(chan string, 1)

	go func() {
		response, err := b.browser(t, a, true).Get("https://" + demoHost + "/")
		if err != nil {
			answer <- err.Error()

			return
		}

		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		answer <- string(body)
	}()

	<-arrived
	b.stop()
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", b.encrypted)
		if err == nil {
			_ = connection.Close()
		}

		return err != nil
	}, patience, frequency)
	close(release)
	require.Equal(t, "done", <-answer)
	<-b.stopped
}
