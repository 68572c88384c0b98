package secret

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	// keptKeys is how many keys stay in a keyset when values have been sealed anew: the primary one and the one before, for values that somebody has
	// read and not opened yet.
	keptKeys = 2
	// prefixStart begins each value that a keyset sealed; the id of the key follows, in big-endian order.
	prefixStart = 1
	prefixBytes = 5
	// SealedOverhead is how many bytes a sealed value is longer than what it holds: the prefix, a nonce of 12 bytes and a tag of 16.
	SealedOverhead = prefixBytes + 12 + 16
)

// ErrWrongKey means that a keyset was sealed by a key that is not among the given ones.
var ErrWrongKey = errors.New("the values of this platform are sealed by another key than ZEITWORK_SECRET_KEY: " +
	"give api and workers the key that they had before. While it is being changed they need both, the one before as ZEITWORK_SECRET_KEY_PREVIOUS")

// ErrUnreadable means that a value was not sealed by one of the keys for what it is read as.
var ErrUnreadable = errors.New("the value was damaged, or was sealed for something else or by another key")

// Keyset holds the keys that values are sealed with (Tink, AES-256-GCM). New values are sealed by the primary one; a sealed value names its key. A Keyset
// does not change.
type Keyset struct {
	handle *keyset.Handle
	cipher tink.AEAD
}

// NewKeyset returns a keyset of one new key.
func NewKeyset() (*Keyset, error) { return withNewPrimary(keyset.NewManager()) }

// WithNewPrimary returns the keyset with one more key, which is the primary one.
func (k *Keyset) WithNewPrimary() (*Keyset, error) {
	return withNewPrimary(keyset.NewManagerFromHandle(k.handle))
}

func withNewPrimary(manager *keyset.Manager) (*Keyset, error) {
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}

	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("make the new key the primary one: %w", err)
	}

	return finished(manager)
}

// WithoutOldKeys returns the keyset without the keys that are older than the one before the primary, and how many those are.
func (k *Keyset) WithoutOldKeys() (*Keyset, int, error) {
	info, manager := k.handle.KeysetInfo().GetKeyInfo(), keyset.NewManagerFromHandle(k.handle)
	old := info[:max(0, len(info)-keptKeys)] // Keys stand in the order in which they were added.

	for _, key := range old {
		if err := manager.Delete(key.GetKeyId()); err != nil {
			return nil, 0, fmt.Errorf("remove key %08x: %w", key.GetKeyId(), err)
		}
	}

	kept, err := finished(manager)

	return kept, len(old), err
}

func finished(manager *keyset.Manager) (*Keyset, error) {
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("make the keyset: %w", err)
	}

	return newKeyset(handle)
}

func newKeyset(handle *keyset.Handle) (*Keyset, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use the keyset: %w", err)
	}

	return &Keyset{handle: handle, cipher: cipher}, nil
}

// SealWith seals the keyset itself, for its row.
func (k *Keyset) SealWith(key Key) ([]byte, error) {
	cipher, err := keysetCipher(key)
	if err != nil {
		return nil, err
	}

	var sealed bytes.Buffer
	if err := k.handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&sealed), cipher, keysetContext().associatedData()); err != nil {
		return nil, fmt.Errorf("seal the keyset: %w", err)
	}

	return sealed.Bytes(), nil
}

// OpenKeyset opens what SealWith made with one of the keys. The error is ErrWrongKey where none of them did.
func OpenKeyset(sealed []byte, keys Keys) (*Keyset, error) {
	for _, key := range keys.All() {
		cipher, err := keysetCipher(key)
		if err != nil {
			return nil, err
		}

		handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), cipher, keysetContext().associatedData())
		if err == nil {
			return newKeyset(handle)
		}
	}

	return nil, ErrWrongKey
}

func keysetCipher(key Key) (tink.AEAD, error) {
	cipher, err := subtle.NewAESGCM(key.Derive("keyset encryption key"))
	if err != nil {
		return nil, fmt.Errorf("use the key that seals the keyset: %w", err)
	}

	return cipher, nil
}

// Seal encrypts plaintext with the primary key.
func (k *Keyset) Seal(plaintext []byte, context Context) ([]byte, error) {
	sealed, err := k.cipher.Encrypt(plaintext, context.associatedData())
	if err != nil {
		return nil, fmt.Errorf("seal the value of %s: %w", context, err)
	}

	return sealed, nil
}

// Open decrypts what Seal made with one of the keys and the same context. It returns an error for anything else.
func (k *Keyset) Open(sealed []byte, context Context) ([]byte, error) {
	plaintext, err := k.cipher.Decrypt(sealed, context.associatedData())
	if err != nil {
		return nil, fmt.Errorf("open the sealed value of %s: %w", context, ErrUnreadable) // Tink's error says less.
	}

	return plaintext, nil
}

// PrimaryPrefix is what the values that the primary key sealed begin with.
func (k *Keyset) PrimaryPrefix() []byte {
	return binary.BigEndian.AppendUint32([]byte{prefixStart}, k.handle.KeysetInfo().GetPrimaryKeyId())
}

// UnknownKey returns the id of the key that a sealed value names, if that key is not in the keyset.
func (k *Keyset) UnknownKey(sealed []byte) (keyID uint32, unknown bool) {
	if len(sealed) < SealedOverhead || sealed[0] != prefixStart {
		return 0, false
	}

	keyID = binary.BigEndian.Uint32(sealed[1:prefixBytes])

	for _, key := range k.handle.KeysetInfo().GetKeyInfo() {
		if key.GetKeyId() == keyID {
			return keyID, false
		}
	}

	return keyID, true
}
