package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/test/rig"
)

// rotatedCertificate is what visitors of a hostname are shown, and where the page's command finds the next one.
type rotatedCertificate struct {
	name, visited, file string
}

// TestRotation_OfCertificates_IsNoticedByNoVisitor runs the commands of the page twice, while visitors connect to an edge and one stays connected.
func TestRotation_OfCertificates_IsNoticedByNoVisitor(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey().Encode()
	c := startCopies(t, 1, "ZEITWORK_SECRET_KEY="+key)
	page := openRunbook(t, "Certificates", 3,
		"ZEITWORK_SECRET_KEY="+key, "ZEITWORK_DATABASE_URL="+c.database.URL, "ZEITWORK_API_URL="+c.copies[0].url, "ZEITWORK_TOKEN="+c.tokens.User)
	project := c.readableProject(t)

	_, err := c.pool.Exec(t.Context(), `INSERT INTO domains (id, project_id, hostname, kind, verification_token, verified_at, next_check_at)
		VALUES ($1, $2, 'shop.example.org', 'custom', 'token', now(), now() + interval '1 day')`, id.New(), project)
	require.NoError(t, err)

	tlsPort := port(t)
	edge, err := edgeproxy.New(settings[edgeproxy.Config](t, map[string]string{
		"ZEITWORK_API_URL": c.copies[0].url, "ZEITWORK_EDGE_TOKEN": c.tokens.Edge, "ZEITWORK_EDGE_LISTEN": "127.0.0.1:" + port(t),
		"ZEITWORK_EDGE_TLS_LISTEN": "127.0.0.1:" + tlsPort, "ZEITWORK_EDGE_DATA_DIR": t.TempDir(), "ZEITWORK_EDGE_DRAIN_DELAY": "0s",
	}), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	running(t, edge.Run)

	certificates := []rotatedCertificate{
		{"*.apps.example.com", "one.apps.example.com", "apps"}, {"shop.example.org", "shop.example.org", "shop"},
	}
	shown := map[string]string{}

	for _, certificate := range certificates {
		shown[certificate.visited] = certificate.write(t, page.folder)
	}

	rotate := func() {
		for block := range page.blocks {
			page.do(t, block)
		}
	}
	awaitShown := func() {
		require.Eventually(t, func() bool {
			for _, certificate := range certificates {
				now, err := shownAt(tlsPort, certificate.visited)
				if err != nil || now != shown[certificate.visited] {
					return false
				}
			}

			return true
		}, time.Minute, 10*time.Millisecond, "the edge does not show what was uploaded")
	}

	rotate()
	awaitShown()

	stays, err := connect(tlsPort, "shop.example.org")
	require.NoError(t, err)

	defer func() { _ = stays.Close() }()

	answersOn(t, stays)

	var (
		mutex    sync.Mutex
		failures []error
		seen     = map[string][]string{}
	)

	end := c.use(func(*apiCopy) error {
		for _, certificate := range certificates {
			now, err := shownAt(tlsPort, certificate.visited)
			if err != nil {
				return err
			}

			mutex.Lock()
			if before := seen[certificate.visited]; len(before) == 0 || before[len(before)-1] != now {
				seen[certificate.visited] = append(before, now)
			}
			mutex.Unlock()
		}

		return nil
	})

	// Visitors have been shown the ones before.
	require.Eventually(t, func() bool {
		mutex.Lock()
		defer mutex.Unlock()

		return len(seen) == len(certificates)
	}, time.Minute, 10*time.Millisecond)

	before := map[string]string{}

	for _, certificate := range certificates {
		before[certificate.visited] = shown[certificate.visited]
		shown[certificate.visited] = certificate.write(t, page.folder)
	}

	rotate()
	awaitShown()

	failures = end()
	require.Empty(t, failures, "a visitor could not connect")

	for _, certificate := range certificates {
		sequence := seen[certificate.visited]
		require.Equal(t, before[certificate.visited], sequence[0])
		require.LessOrEqual(t, len(sequence), 2, "the one before is never shown again")
	}

	answersOn(t, stays)
}

// write makes a certificate where the page's command looks for it, and returns it as visitors see it.
func (r rotatedCertificate) write(t *testing.T, folder string) string {
	t.Helper()

	chain, key, err := rig.NewCertificate(r.name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, r.file+".pem"), chain, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, r.file+".key"), key, 0o600))

	pair, err := tls.X509KeyPair(chain, key)
	require.NoError(t, err)

	return string(pair.Certificate[0])
}

func connect(port, hostname string) (*tls.Conn, error) {
	return tls.DialWithDialer(&net.Dialer{Timeout: time.Minute}, "tcp", "127.0.0.1:"+port, &tls.Config{ServerName: hostname, InsecureSkipVerify: true})
}

// shownAt returns the certificate that a visitor is shown.
func shownAt(port, hostname string) (string, error) {
	connection, err := connect(port, hostname)
	if err != nil {
		return "", err
	}

	return string(connection.ConnectionState().PeerCertificates[0].Raw), errors.Join(connection.Close())
}

// answersOn requires an answer on a connection that is open. No app is there to give another one than that.
func answersOn(t *testing.T, connection net.Conn) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://shop.example.org/", nil)
	require.NoError(t, err)
	require.NoError(t, request.Write(connection))

	answer, err := http.ReadResponse(bufio.NewReader(connection), request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
}
