package builder

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	control "github.com/moby/buildkit/api/services/control"
	types "github.com/moby/buildkit/api/types"
	"github.com/moby/buildkit/client"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/zeitwork/zeitwork/internal/relay"
)

func TestTLS_WorkersWithTheirCertificate_AreLetIn_AndNobodyElse(t *testing.T) {
	t.Parallel()

	ours, others := newAuthority(t), newAuthority(t)
	certificate, key := ours.issue(t)
	config := Config{TLS: TLS{Certificate: certificate, Key: key, ClientCA: ours.file}}

	// It stands for buildkitd.
	inside, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	server := grpc.NewServer()
	control.RegisterControlServer(server, informant{})

	go func() { _ = server.Serve(inside) }()

	t.Cleanup(server.Stop)

	var address string

	door := &relay.Relay{
		Listen: func(ctx context.Context) (net.Listener, error) {
			listener, err := config.listen(ctx, "tcp", "127.0.0.1:0")
			if err == nil {
				address = "tcp://" + listener.Addr().String()
			}

			return listener, err
		},
		Dial: func() (net.Conn, error) { return net.Dial("tcp", inside.Addr().String()) },
	}
	require.NoError(t, door.Open(t.Context()))
	t.Cleanup(func() { require.NoError(t, door.Close()) })

	// Workers connect in this way.
	ask := func(options ...client.ClientOpt) error {
		buildkit, err := client.New(t.Context(), address, options...)
		if err != nil {
			return err
		}

		_, err = buildkit.Info(t.Context())

		return errors.Join(err, buildkit.Close())
	}

	trusted := client.WithServerConfig("127.0.0.1", ours.file)

	require.NoError(t, ask(trusted, client.WithCredentials(ours.issue(t))))
	require.Error(t, ask(trusted, client.WithCredentials(others.issue(t))), "a certificate that others have signed")
	require.Error(t, ask(trusted), "no certificate")
	require.Error(t, ask(), "no TLS")
	require.Error(t, ask(client.WithServerConfig("127.0.0.1", others.file), client.WithCredentials(ours.issue(t))), "a builder that workers do not trust")
}

func TestTLS_HalfASetting_IsRefused(t *testing.T) {
	t.Parallel()

	_, err := Config{TLS: TLS{Certificate: "builder.pem"}}.listen(t.Context(), "tcp", "127.0.0.1:0")
	require.ErrorContains(t, err, "must be set together")
}

// informant answers who it is.
type informant struct {
	control.UnimplementedControlServer
}

func (informant) Info(context.Context, *control.InfoRequest) (*control.InfoResponse, error) {
	return &control.InfoResponse{BuildkitVersion: &types.BuildkitVersion{}}, nil
}

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)

	return &authority{certificate: template, key: key, file: writePEM(t, "CERTIFICATE", signed)}
}

// issue returns the files of a certificate and its key, good for both sides.
func (a *authority) issue(t *testing.T) (certificate, key string) {
	t.Helper()

	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, private.Public(), a.key)
	require.NoError(t, err)

	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)

	return writePEM(t, "CERTIFICATE", signed), writePEM(t, "PRIVATE KEY", encoded)
}

func writePEM(t *testing.T, kind string, content []byte) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "file.pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))

	return path
}
