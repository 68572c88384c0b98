package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// way is how clients reach the edges.
type way struct {
	name string
	// edges are the edges' URLs.
	edges []string
	// connections returns a transport whose connections are a client's own, and go to one edge.
	connections func(host string) *http.Transport
	// streams are those that are kept open.
	streams []dial
}

// plain is the way without TLS.
func plain(edges []string) way {
	return way{name: "plain HTTP/1.1", edges: edges, connections: keepAlive, streams: []dial{serverSentEvents, webSocket}}
}

// encrypted is a way by TLS.
func encrypted(name string, edges []string, authorities *x509.CertPool, protocols *http.Protocols, streams ...dial) way {
	return way{name: name, edges: edges, streams: streams, connections: func(host string) *http.Transport {
		transport := keepAlive(host)
		transport.Protocols = protocols
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, ServerName: (&url.URL{Host: host}).Hostname(), MinVersion: tls.VersionTLS12}

		return transport
	}}
}

func keepAlive(string) *http.Transport {
	return &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1}
}

// openWays has the edges end TLS for all projects, and returns the ways to them: without TLS, by TLS, and by HTTP/2.
func (h *harness) openWays(ctx context.Context) ([]way, error) {
	const hostnames = "*.localhost"

	chain, key, err := rig.NewCertificate(hostnames)
	if err != nil {
		return nil, err
	}

	chainFile, keyFile := filepath.Join(h.scratch, "chain.pem"), filepath.Join(h.scratch, "key.pem")

	if err := errors.Join(os.WriteFile(chainFile, chain, 0o600), os.WriteFile(keyFile, key, 0o600)); err != nil {
		return nil, fmt.Errorf("write the certificate: %w", err)
	}

	upload := exec.CommandContext(ctx, h.program, "admin", "certificate", hostnames, "--certificate", chainFile, "--key", keyFile)
	upload.Env = append(os.Environ(), "ZEITWORK_DATABASE_URL="+h.cluster.DatabaseURL(), "ZEITWORK_SECRET_KEY="+h.cluster.SecretKey().Encode())

	if _, err := rig.Run(upload); err != nil {
		return nil, err
	}

	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(chain)

	http1, http2 := new(http.Protocols), new(http.Protocols)
	http1.SetHTTP1(true)
	http2.SetHTTP2(true)

	edges := h.cluster.EncryptedEdgeURLs()
	for _, edge := range edges {
		if err := awaitTLS(ctx, edge, &tls.Config{RootCAs: authorities, ServerName: "any.localhost", MinVersion: tls.VersionTLS12}); err != nil {
			return nil, err
		}
	}

	return []way{
		plain(h.cluster.EdgeURLs()),
		encrypted("TLS", edges, authorities, http1, webSocket),
		encrypted("HTTP/2", edges, authorities, http2, serverSentEvents),
	}, nil
}

// awaitTLS returns once an edge has its certificate.
func awaitTLS(ctx context.Context, edge string, config *tls.Config) error {
	const patience, pause = 30 * time.Second, 50 * time.Millisecond

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	parsed, err := url.Parse(edge)
	if err != nil {
		return fmt.Errorf("read the address of an edge: %w", err)
	}

	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: config}

	for {
		connection, err := dialer.DialContext(ctx, "tcp", parsed.Host)
		if err == nil {
			return connection.Close()
		}

		if rig.Sleep(ctx, pause) != nil {
			return fmt.Errorf("%s does not end TLS: %w", edge, err)
		}
	}
}
