package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"

	"github.com/google/uuid"
)

// ErrNotFormer means that the value was not sealed by one of the platform's keys themselves.
var ErrNotFormer = errors.New("the value was not sealed by the platform's key itself")

// Before there were keysets the platform's key sealed values itself (AES-256-GCM, a random nonce in front), bound to the id of their row. Such values
// are opened until they are written or sealed anew.

// OpenFormerVariable opens the value of an environment variable that was sealed before there were keysets.
func (k Keys) OpenFormerVariable(variable uuid.UUID, sealed []byte) ([]byte, error) {
	return k.openFormer("environment_variables.value_sealed:"+variable.String(), sealed)
}

// OpenFormerSnapshot opens the environment of a deployment that was sealed before there were keysets.
func (k Keys) OpenFormerSnapshot(deployment uuid.UUID, sealed []byte) ([]byte, error) {
	return k.openFormer("deployments.environment_sealed:"+deployment.String(), sealed)
}

func (k Keys) openFormer(context string, sealed []byte) ([]byte, error) {
	for _, key := range k.All() {
		block, err := aes.NewCipher(key.bytes[:])
		if err != nil {
			return nil, err
		}

		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}

		if plaintext, err := aead.Open(nil, nil, sealed, []byte(context)); err == nil {
			return plaintext, nil
		}
	}

	return nil, ErrNotFormer
}
