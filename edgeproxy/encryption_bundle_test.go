package edgeproxy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// publishedCertificates answers /v1/edge/certificates as the API does.
type publishedCertificates struct {
	mutex        sync.Mutex
	current      client.EdgeCertificates
	changed      chan struct{}
	acknowledged int64
	// full counts the answers that had all chains and keys.
	full atomic.Int64
	away atomic.Bool
}

// publish makes the next version: certificates whose version is 0 are new in it.
func (p *publishedCertificates) publish(change func(*client.EdgeCertificates)) int64 {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	p.current.Version++
	change(&p.current)

	for i := range p.current.Certificates {
		if p.current.Certificates[i].Version == 0 {
			p.current.Certificates[i].Version = p.current.Version
		}
	}

	if p.changed != nil {
		close(p.changed)
	}

	p.changed = make(chan struct{})

	return p.current.Version
}

func (p *publishedCertificates) answer(w http.ResponseWriter, r *http.Request) {
	if p.away.Load() {
		http.Error(w, "away", http.StatusServiceUnavailable)

		return
	}

	has := int64(-1)

	if etag := r.Header.Get("If-None-Match"); etag != "" {
		if _, err := fmt.Sscanf(etag, `"%d"`, &has); err != nil {
			panic(err)
		}
	} else {
		p.full.Add(1)
	}

	p.mutex.Lock()
	p.acknowledged = has

	if p.changed == nil {
		p.changed = make(chan struct{})
	}

	changed, version := p.changed, p.current.Version
	p.mutex.Unlock()

	if version == has {
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}

	w.Header().Set("Content-Type", "application/json")

	if err := json.NewEncoder(w).Encode(p.since(has)); err != nil {
		panic(http.ErrAbortHandler)
	}
}

func (p *publishedCertificates) since(version int64) client.EdgeCertificates {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	all := p.current
	all.Certificates = make([]client.EdgeCertificate, len(p.current.Certificates))
	all.TicketKeys = append([]string{}, p.current.TicketKeys...)
	all.Challenges = append([]client.EdgeChallenge{}, p.current.Challenges...)

	for i, one := range p.current.Certificates {
		if one.Version <= version {
			one.Chain, one.Key = nil, nil
		}

		all.Certificates[i] = one
	}

	return all
}

// publishCertificates publishes a change and returns when the edge serves with it.
func (b *testBundle) publishCertificates(tb testing.TB, change func(*client.EdgeCertificates)) {
	tb.Helper()

	published := &b.platform.certificates
	version := published.publish(change)

	require.Eventually(tb, func() bool {
		published.mutex.Lock()
		defer published.mutex.Unlock()

		return published.acknowledged >= version
	}, patience, frequency, "version %d was not acknowledged", version)
}

// certify publishes a certificate for each of the hostnames, beside those that there are.
func (b *testBundle) certify(tb testing.TB, authority *authority, hostnames ...string) {
	tb.Helper()

	b.publishCertificates(tb, func(c *client.EdgeCertificates) {
		for _, hostname := range hostnames {
			c.Certificates = append(c.Certificates, authority.issue(tb, hostname))
		}
	})
}

func ticketKey(letter string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, ticketKeyBytes)))
}

// listenEncrypted opens the listener for TLS of an edge that ends it.
func listenEncrypted(tb testing.TB, proxy *Proxy) string {
	tb.Helper()

	if proxy.encryption == nil {
		return ""
	}

	require.NoError(tb, proxy.encryption.listen(tb.Context(), proxy.config.TLSListen))

	return proxy.encryption.listener.Addr().String()
}

func withTLS(c *Config) { c.TLSListen = "127.0.0.1:0" }

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
	issued      atomic.Int64
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of the tests"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(tb, err)

	a := &authority{key: key, pool: x509.NewCertPool()}
	a.certificate, err = x509.ParseCertificate(der)
	require.NoError(tb, err)
	a.pool.AddCert(a.certificate)

	return a
}

// issue makes a certificate as the platform tells edges of one.
func (a *authority) issue(tb testing.TB, hostname string) client.EdgeCertificate {
	tb.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.issued.Add(1) + 1), Subject: pkix.Name{CommonName: hostname}, DNSNames: []string{hostname}, NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(tb, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(tb, err)

	return client.EdgeCertificate{
		ID: id.New(), Hostname: hostname,
		Chain: new(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		Key:   new(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))),
	}
}

// handshake connects to the edge by TLS.
func (b *testBundle) handshake(tb testing.TB, config *tls.Config) (*tls.Conn, error) {
	tb.Helper()

	raw, err := net.Dial("tcp", b.encrypted)
	require.NoError(tb, err)
	closeAfter(tb, raw)
	require.NoError(tb, raw.SetDeadline(time.Now().Add(patience)))

	connection := tls.Client(raw, config)

	return connection, connection.HandshakeContext(tb.Context())
}

// browser is a client that finds every hostname at the edge.
func (b *testBundle) browser(tb testing.TB, authority *authority, http2 bool) *http.Client {
	tb.Helper()

	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetHTTP2(http2)

	dialer := &net.Dialer{Timeout: patience}
	transport := &http.Transport{
		Protocols: protocols, TLSClientConfig: &tls.Config{RootCAs: authority.pool}, DisableCompression: true,
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasSuffix(address, ":443") {
			return dialer.DialContext(ctx, network, b.encrypted)
		}

		return dialer.DialContext(ctx, network, b.address)
	}

	tb.Cleanup(transport.CloseIdleConnections)

	return &http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
