// Package certificate reads and checks the certificates that edges end TLS with.
package certificate

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Certificate is a chain with its private key, both PEM.
type Certificate struct {
	Chain, Key string
	// NotBefore and NotAfter are those of the hostname's own certificate.
	NotBefore, NotAfter time.Time
}

// Check reads the certificate of a hostname, which may begin with "*.", and its private key. Its errors are problems for whoever has uploaded them, and hold
// no part of the key.
func Check(chain, key []byte, hostname string, now time.Time) (Certificate, error) {
	certificates, err := parseChain(chain)
	if err != nil {
		return Certificate{}, err
	}

	leaf := certificates[0]

	if err := checkChain(certificates); err != nil {
		return Certificate{}, err
	}

	if err := checkNames(leaf, hostname); err != nil {
		return Certificate{}, err
	}

	switch {
	case !now.Before(leaf.NotAfter):
		return Certificate{}, problem.New(problem.Invalid, "The certificate has expired on %s. Have your authority issue a new one.", day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return Certificate{}, problem.New(problem.Invalid, "The certificate is good from %s on only.", day(leaf.NotBefore))
	}

	if err := checkKey(leaf, key); err != nil {
		return Certificate{}, err
	}

	return Certificate{Chain: encode(certificates), Key: string(bytes.TrimSpace(key)) + "\n", NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter}, nil
}

func day(at time.Time) string { return at.UTC().Format("2 January 2006, 15:04 UTC") }

// Leaf returns the first certificate of a chain.
func Leaf(chain []byte) (*x509.Certificate, error) {
	certificates, err := parseChain(chain)
	if err != nil {
		return nil, err
	}

	return certificates[0], nil
}

func sentence(text string) error { return problem.New(problem.Invalid, "%s", text) }

func parseChain(chain []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate

	for rest := chain; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}

		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return nil, sentence("The certificate's file holds a private key. Send the key by itself, and only certificates here.")
		}

		if block.Type != "CERTIFICATE" {
			return nil, sentence("The certificate's file holds something else than certificates: \"-----BEGIN " + block.Type + "-----\".")
		}

		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, sentence("A certificate of the file cannot be read. Send it as your authority has delivered it, as PEM.")
		}

		certificates = append(certificates, parsed)
	}

	if len(certificates) == 0 {
		return nil, sentence("There is no certificate in the file. It has to be PEM, which begins with \"-----BEGIN CERTIFICATE-----\".")
	}

	return certificates, nil
}

// checkChain refuses certificates that do not each stand before the one that has signed it. A chain may end below its root.
func checkChain(certificates []*x509.Certificate) error {
	if certificates[0].IsCA {
		return sentence("The first certificate is an authority's. The one of the domain has to come first, then those that lead to its authority.")
	}

	for i := range len(certificates) - 1 {
		if certificates[i].CheckSignatureFrom(certificates[i+1]) != nil {
			return problem.New(problem.Invalid,
				"Certificate %d (%s) was not signed by the one behind it (%s). Put the domain's first, and behind each the one that has signed it.",
				i+1, certificates[i].Subject, certificates[i+1].Subject)
		}
	}

	return nil
}

func checkNames(leaf *x509.Certificate, hostname string) error {
	covered := leaf.VerifyHostname(hostname) == nil
	if strings.HasPrefix(hostname, "*.") {
		covered = slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return strings.EqualFold(name, hostname) })
	}

	if covered {
		return nil
	}

	names := strings.Join(leaf.DNSNames, ", ")
	if names == "" {
		names = "no name"
	}

	return problem.New(problem.Invalid, "The certificate is for %s, and not for %s. Have your authority issue one that names it.", names, hostname)
}

func checkKey(leaf *x509.Certificate, key []byte) error {
	block, _ := pem.Decode(key)

	switch {
	case block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return sentence("There is no private key in the key's file. It has to be PEM, which begins with \"-----BEGIN PRIVATE KEY-----\" or one like it.")
	case strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
		return sentence("The private key has a passphrase. Send it without: openssl pkey -in KEY -out PLAIN.")
	}

	pair, err := tls.X509KeyPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), key)
	if err != nil {
		return sentence("The private key does not belong to the certificate, or cannot be read. Send the one that the certificate was requested with.")
	}

	if _, ok := pair.PrivateKey.(crypto.Signer); !ok {
		return sentence("The private key cannot sign. Use an RSA, ECDSA or Ed25519 key.")
	}

	return nil
}

// encode writes a chain without what else stood in its file.
func encode(certificates []*x509.Certificate) string {
	var chain bytes.Buffer

	for _, certificate := range certificates {
		// A buffer takes all that is written.
		_ = pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	}

	return chain.String()
}
