package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/workflows"
)

func TestAdminCertificate_IsThatOfThePlatform_UntilTheNext(t *testing.T) {
	t.Parallel()

	const hostname = "*.apps.example.com"

	config := keysConfig{Key: setting.Key{SecretKey: secret.GenerateKey()}, Database: databasetest.Config(t)}
	given := platformCertificate{hostname, filepath.Join(t.TempDir(), "chain.pem"), filepath.Join(t.TempDir(), "key.pem")}
	out := &bytes.Buffer{}

	pool, err := database.Open(t.Context(), config.Database)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	keys, err := keyring.Open(t.Context(), pool, config.Keys())
	require.NoError(t, err)

	versions := make([]int64, 0, 2)

	for range 2 {
		private := writeCertificate(t, given, hostname)
		require.NoError(t, putPlatformCertificate(t.Context(), config, given, out))

		served, err := database.New(pool).ListServedCertificates(t.Context(), 0)
		require.NoError(t, err)
		require.Len(t, served, 1)
		require.Equal(t, hostname, served[0].Hostname)

		key, err := keys.Secret(t.Context(), database.New(pool), workflows.CertificateKey(served[0].ID))
		require.NoError(t, err)
		require.Equal(t, private, key)

		versions = append(versions, served[0].Version)
	}

	require.Less(t, versions[0], versions[1])
	require.Contains(t, out.String(), "Edges end TLS for *.apps.example.com with this certificate until ")

	given.hostname = "*.other.example.com"
	require.ErrorContains(t, putPlatformCertificate(t.Context(), config, given, out), "The certificate is for *.apps.example.com, and not for")
}

// writeCertificate writes a certificate that has signed itself, and returns its key.
func writeCertificate(t *testing.T, given platformCertificate, hostname string) string {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{hostname}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)

	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
	require.NoError(t, os.WriteFile(given.chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(given.key, private, 0o600))

	return string(private)
}
