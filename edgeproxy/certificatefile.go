package edgeproxy

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/client"
)

// certificateFile keeps the certificates on disk, so that a restarted edge ends TLS although the platform is away. It is sealed by a key that is derived from
// the edge's token: who has the disk and not the token, such as a backup's reader, has no private keys. A token that is replaced makes the file unreadable;
// the platform has to be there for the first start with the new one.
type certificateFile struct {
	path string
	aead cipher.AEAD
}

const (
	sealingKeyBytes   = 32
	certificatePrefix = "zeitwork edge certificates 1"
)

func newCertificateFile(directory, token string) (certificateFile, error) {
	key, err := hkdf.Key(sha256.New, []byte(token), nil, certificatePrefix, sealingKeyBytes)
	if err != nil {
		return certificateFile{}, fmt.Errorf("derive the key of the certificates' file: %w", err)
	}

	block, err := aes.NewCipher(key)
	if err != nil {
		return certificateFile{}, err
	}

	aead, err := cipher.NewGCMWithRandomNonce(block)

	return certificateFile{path: filepath.Join(directory, "certificates.sealed"), aead: aead}, err
}

// load returns nil without an error when nothing was ever saved.
func (f certificateFile) load() (*client.EdgeCertificates, error) {
	sealed, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // Nothing saved is not a failure.
	}

	if err != nil {
		return nil, fmt.Errorf("reading the saved certificates: %w", err)
	}

	content, err := f.aead.Open(nil, nil, sealed, []byte(certificatePrefix))
	if err != nil {
		return nil, fmt.Errorf("opening the saved certificates %s, which another token has sealed, or which are damaged: %w", f.path, err)
	}

	var saved client.EdgeCertificates
	if err := json.Unmarshal(content, &saved); err != nil {
		return nil, fmt.Errorf("reading the saved certificates %s: %w", f.path, err)
	}

	return &saved, nil
}

// save replaces the file as a whole, as tableFile does. The owner alone may read it.
func (f certificateFile) save(source client.EdgeCertificates) error {
	content, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("encoding the certificates: %w", err)
	}

	// os.CreateTemp makes files that their owner alone may read.
	temporary, err := os.CreateTemp(filepath.Dir(f.path), "certificates-*.tmp")
	if err != nil {
		return fmt.Errorf("saving the certificates: %w", err)
	}

	_, err = temporary.Write(f.aead.Seal(nil, nil, content, []byte(certificatePrefix)))
	err = errors.Join(err, temporary.Sync(), temporary.Close())

	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}

	if err != nil {
		return errors.Join(fmt.Errorf("saving the certificates: %w", err), os.Remove(temporary.Name()))
	}

	return nil
}
