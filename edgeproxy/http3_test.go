package edgeproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/stretchr/testify/require"
)

func withHTTP3(c *Config) { c.HTTP3 = true }

// browser3 is a client that speaks HTTP/3 alone, and finds every hostname at the edge.
func (b *testBundle) browser3(t *testing.T, authority *authority) *http.Client {
	t.Helper()

	transport := &http3.Transport{
		TLSClientConfig: &tls.Config{RootCAs: authority.pool},
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
