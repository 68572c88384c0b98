package edge

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// certificate is the one with which all proxies end TLS.
type certificate struct {
	chain, key string // PEM.
	// chainFile, keyFile and bothFile hold them.
	chainFile, keyFile, bothFile string
}

const lasts = 24 * time.Hour

// newCertificate makes a certificate of the app's hostname, of the kind that authorities give out today.
func newCertificate(folder string) (certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{}, err
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{hostname}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts),
	}

	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return certificate{}, err
	}

	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return certificate{}, err
	}

	made := certificate{
		chain:     string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		key:       string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
		chainFile: filepath.Join(folder, "chain.pem"), keyFile: filepath.Join(folder, "key.pem"), bothFile: filepath.Join(folder, "both.pem"),
	}

	for file, content := range map[string]string{made.chainFile: made.chain, made.keyFile: made.key, made.bothFile: made.chain + made.key} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return certificate{}, err
		}
	}

	return made, nil
}
