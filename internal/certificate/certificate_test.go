package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// issued is a certificate and who may sign others with it.
type issued struct {
	parsed *x509.Certificate
	key    *ecdsa.PrivateKey
}

func (i issued) chain(others ...issued) []byte {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.parsed.Raw})
	for _, other := range others {
		text = append(text, other.chain()...)
	}

	return text
}

func (i issued) private(t *testing.T) []byte {
	t.Helper()

	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	require.NoError(t, err)

	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// issue makes a certificate; without an issuer it is an authority's own.
func issue(t *testing.T, issuer *issued, until time.Time, names ...string) issued {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(until.UnixNano()), Subject: pkix.Name{CommonName: "of the tests"}, DNSNames: names, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
	}
	signer := issued{template, key}

	if issuer == nil {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	} else {
		signer = *issuer
	}

	der, err := x509.CreateCertificate(rand.Reader, template, signer.parsed, key.Public(), signer.key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)

	return issued{parsed, key}
}

func TestCheck(t *testing.T) {
	t.Parallel()

	const hostname = "shop.example.org"

	now := time.Now()
	good, bad := now.Add(24*time.Hour), now.Add(-time.Hour)
	root := issue(t, nil, good)
	between := issue(t, &root, good)
	other := issue(t, nil, good)
	leaf, wildcard := issue(t, &root, good, hostname), issue(t, &root, good, "*.example.org")

	checked, err := certificate.Check(append([]byte("a note\n"), leaf.chain(root)...), leaf.private(t), hostname, now)
	require.NoError(t, err)
	require.Equal(t, string(leaf.chain(root)), checked.Chain)
	require.Equal(t, string(leaf.private(t)), checked.Key)
	require.Equal(t, leaf.parsed.NotAfter, checked.NotAfter)

	read, err := certificate.Leaf([]byte(checked.Chain))
	require.NoError(t, err)
	require.True(t, read.Equal(leaf.parsed))

	for _, name := range []string{hostname, "*.example.org"} {
		_, err = certificate.Check(wildcard.chain(), wildcard.private(t), name, now)
		require.NoError(t, err, name)
	}

	for want, c := range map[string]struct {
		chain, key []byte
		hostname   string
		now        time.Time
	}{
		"There is no certificate in the file.":              {[]byte("text"), leaf.private(t), hostname, now},
		"The certificate's file holds a private key.":       {leaf.private(t), leaf.private(t), hostname, now},
		"holds something else than certificates":            {[]byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), leaf.private(t), hostname, now},
		"A certificate of the file cannot be read.":         {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), leaf.private(t), hostname, now},
		"The first certificate is an authority's.":          {root.chain(leaf), leaf.private(t), hostname, now},
		"Certificate 1 (CN=of the tests) was not signed by": {leaf.chain(other), leaf.private(t), hostname, now},
		"The certificate is for shop.example.org, and not":  {leaf.chain(), leaf.private(t), "www.example.org", now},
		"and not for *.example.org":                         {leaf.chain(), leaf.private(t), "*.example.org", now},
		"The certificate has expired on":                    {leaf.chain(), leaf.private(t), hostname, now.Add(48 * time.Hour)},
		"The certificate is good from":                      {leaf.chain(), leaf.private(t), hostname, bad.Add(-48 * time.Hour)},
		"There is no private key in the key's file.":        {leaf.chain(), leaf.chain(), hostname, now},
		"The private key has a passphrase.":                 {leaf.chain(), []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), hostname, now},
		"The private key does not belong to":                {leaf.chain(), other.private(t), hostname, now},
	} {
		_, err := certificate.Check(c.chain, c.key, c.hostname, c.now)
		require.ErrorContains(t, err, want)
		require.Equal(t, problem.Invalid, problem.CodeOf(err))
	}

	_, err = certificate.Check(issue(t, &between, good, hostname).chain(root), leaf.private(t), hostname, now)
	require.ErrorContains(t, err, "Put the domain's first, and behind each the one that has signed it.")
}
