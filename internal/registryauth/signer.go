package registryauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const coordinateBytes = 32

// Signer signs registry tokens with an ES256 key that is derived from the platform's secret key, so that every copy of
// api signs alike and there is no second key to keep.
type Signer struct {
	private *ecdsa.PrivateKey
	keyID   string
}

// NewSigner returns the signer of a platform.
func NewSigner(key secret.Key) (*Signer, error) {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), key.Derive("registry token signing key"))
	if err != nil {
		return nil, fmt.Errorf("derive the registry's signing key: %w", err)
	}

	keyID, err := keyIDOf(&private.PublicKey)
	if err != nil {
		return nil, err
	}

	return &Signer{private: private, keyID: keyID}, nil
}

// keyIDOf names a key as registries do that know keys by certificates, such as GitLab's: those take no key set and compute the name from the certificate
// (libtrust's fingerprint). Registries with a key set take any name.
func keyIDOf(public *ecdsa.PublicKey) (string, error) {
	const hashed, group = 30, 4 // 240 bits, in groups of four characters.

	encoded, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("encode the registry's public key: %w", err)
	}

	sum := sha256.Sum256(encoded)
	text := base32.StdEncoding.EncodeToString(sum[:hashed])

	return strings.Join(lo.ChunkString(text, group), ":"), nil
}

// Token returns a token for subject that the registry accepts until TokenLifetime after now.
func (s *Signer) Token(subject string, access []Access, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss":    Issuer,
		"sub":    subject,
		"aud":    Service,
		"exp":    now.Add(TokenLifetime).Unix(),
		"nbf":    now.Add(-time.Minute).Unix(), // The registry's clock may be a little behind.
		"iat":    now.Unix(),
		"jti":    id.New().String(),
		"access": access,
	})
	token.Header["kid"] = s.keyID

	signed, err := token.SignedString(s.private)
	if err != nil {
		return "", fmt.Errorf("sign a registry token: %w", err)
	}

	return signed, nil
}

// JWKS returns the public keys of the signers of a platform as a JSON Web Key Set (RFC 7517), which the registry reads from a file. While the
// platform's key is being changed there are those of each.
func JWKS(keys secret.Keys) ([]byte, error) {
	all := []map[string]string{}

	for _, key := range keys.All() {
		signer, err := NewSigner(key)
		if err != nil {
			return nil, err
		}

		public, err := signer.jwks()
		if err != nil {
			return nil, err
		}

		all = append(all, public...)
	}

	set, err := json.Marshal(map[string]any{"keys": all})
	if err != nil {
		return nil, fmt.Errorf("encode the registry's key set: %w", err)
	}

	return set, nil
}

// jwks returns the public key under each name that a token may call it by: APIs of the version before name it by the hash of its point. During an upgrade the
// registry takes the tokens of both.
func (s *Signer) jwks() ([]map[string]string, error) {
	public, err := s.private.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the registry's public key: %w", err)
	}

	// An uncompressed point: 0x04, X, Y.
	x, y := public[1:1+coordinateBytes], public[1+coordinateBytes:]
	sum := sha256.Sum256(public)

	return lo.Map([]string{s.keyID, base64.RawURLEncoding.EncodeToString(sum[:])}, func(name string, _ int) map[string]string {
		return map[string]string{
			"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": name,
			"x": base64.RawURLEncoding.EncodeToString(x), "y": base64.RawURLEncoding.EncodeToString(y),
		}
	}), nil
}
