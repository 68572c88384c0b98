package registryauth

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// Certificates returns the public keys of the signers of a platform as certificates in PEM, for registries that take no key set (JWKS), such as GitLab's.
// Such a registry takes nothing but the keys out of them: they are signed by themselves and never expire. While the platform's key is being changed there
// is one for each.
func Certificates(keys secret.Keys) ([]byte, error) {
	var all bytes.Buffer

	for _, key := range keys.All() {
		signer, err := NewSigner(key)
		if err != nil {
			return nil, err
		}

		certificate, err := signer.certificate()
		if err != nil {
			return nil, err
		}

		if err := pem.Encode(&all, &pem.Block{Type: "CERTIFICATE", Bytes: certificate}); err != nil {
			return nil, fmt.Errorf("encode the registry's certificate: %w", err)
		}
	}

	return all.Bytes(), nil
}

func (s *Signer) certificate() ([]byte, error) {
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: Issuer + " registry tokens"},
		NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // RFC 5280's way to say never.
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}

	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &s.private.PublicKey, s.private)
	if err != nil {
		return nil, fmt.Errorf("make the registry's certificate: %w", err)
	}

	return certificate, nil
}
