package baseimages

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// certificatePath is where the images hold the host's certificates. It is not the path of the package ca-certificates, so that a
// Dockerfile that installs the package does not overwrite them.
const certificatePath = "/etc/ssl/host-certificates.pem"

// hostCertificates returns the bundle of certificates that the host trusts, which may have more than the public ones.
func hostCertificates() ([]byte, error) {
	path := os.Getenv("SSL_CERT_FILE")
	if path == "" {
		path = "/etc/ssl/certs/ca-certificates.crt"
	}

	certificates, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: install the package ca-certificates, or point SSL_CERT_FILE at the bundle", path)
	}

	if err != nil {
		return nil, fmt.Errorf("read the host's certificates: %w", err)
	}

	return certificates, nil
}

func certificateLayer(certificates []byte) (v1.Layer, error) {
	tree := newTree()
	if err := tree.file(certificatePath, 0o644, certificates); err != nil {
		return nil, err
	}

	return tree.layer()
}
