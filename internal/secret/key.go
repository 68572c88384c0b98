// Package secret seals values at rest and makes and hashes tokens.
package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

const keyBytes = 32

// Key is the platform's 32-byte master key. api and workers share it; nodes and edges never hold it. It seals the keyset, whose keys seal all
// other values, and grants and signatures are made with keys that are derived from it.
type Key struct {
	bytes [keyBytes]byte
}

// GenerateKey returns a new random key.
func GenerateKey() Key {
	var key Key
	// crypto/rand.Read never returns an error.
	_, _ = rand.Read(key.bytes[:])

	return key
}

// UnmarshalText reads a key from standard base64 of exactly 32 bytes, so that configuration can hold one.
func (k *Key) UnmarshalText(text []byte) error {
	decoded, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(decoded) != keyBytes {
		return errors.New("the secret key must be 32 bytes in base64: make one with `openssl rand -base64 32`")
	}

	copy(k.bytes[:], decoded)

	return nil
}

// IsZero tells that there is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Encode returns the key in the form that UnmarshalText reads.
func (k Key) Encode() string { return base64.StdEncoding.EncodeToString(k.bytes[:]) }

// String hides the key from logs.
func (k Key) String() string { return "[secret key]" }

// Format hides the key from every verb of fmt, also from those that print bytes.
func (k Key) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, k.String()) }

// Derive returns 32 bytes for another purpose, which tell nothing of the key (HKDF-SHA256, RFC 5869).
func (k Key) Derive(purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.bytes[:], nil, purpose, keyBytes)
	if err != nil {
		panic(fmt.Sprintf("hkdf refused 32 bytes: %v", err))
	}

	return derived
}
