package registryauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
	KeyID     string `json:"kid"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

func TestSigner_TokenVerifiesAgainstTheKeySet(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	now := time.Now()
	access := []registryauth.Access{registryauth.Repository("projects/one", registryauth.Pull, registryauth.Push)}

	signed, err := newSigner(t, key).Token("deployment-1", access, now)
	require.NoError(t, err)

	claims, err := verify(t, key, signed, now)
	require.NoError(t, err)
	require.Equal(t, "deployment-1", claims["sub"])
	require.NotEmpty(t, claims["jti"])
	require.Equal(t, []any{map[string]any{"type": "repository", "name": "projects/one", "actions": []any{"pull", "push"}}}, claims["access"])
}

func TestSigner_TokenIsOverAfterItsLifetime(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	now := time.Now()

	signed, err := newSigner(t, key).Token("node", nil, now)
	require.NoError(t, err)

	_, err = verify(t, key, signed, now.Add(registryauth.TokenLifetime-time.Second))
	require.NoError(t, err)

	_, err = verify(t, key, signed, now.Add(registryauth.TokenLifetime+time.Second))
	require.ErrorIs(t, err, jwt.ErrTokenExpired)
}

func TestSigner_RegistryClockALittleBehind_StillAccepts(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	now := time.Now()

	signed, err := newSigner(t, key).Token("node", nil, now)
	require.NoError(t, err)

	_, err = verify(t, key, signed, now.Add(-30*time.Second))
	require.NoError(t, err)
}

func TestSigner_AnotherPlatformsToken_DoesNotVerify(t *testing.T) {
	t.Parallel()

	now := time.Now()

	signed, err := newSigner(t, secret.GenerateKey()).Token("node", nil, now)
	require.NoError(t, err)

	_, err = verify(t, secret.GenerateKey(), signed, now)
	require.ErrorIs(t, err, jwt.ErrTokenSignatureInvalid)
}

func TestSigner_EveryCopyOfAPI_SignsWithTheSameKey(t *testing.T) {
	t.Parallel()

	key, now := secret.GenerateKey(), time.Now()

	signed, err := newSigner(t, key).Token("node", nil, now)
	require.NoError(t, err)

	_, err = verify(t, key, signed, now)
	require.NoError(t, err)
}

func TestSigner_KeySet_HoldsNothingPrivate(t *testing.T) {
	t.Parallel()

	set, err := registryauth.JWKS(secret.Keys{Current: secret.GenerateKey()})
	require.NoError(t, err)

	var decoded struct {
		Keys []map[string]string `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(set, &decoded))
	require.NotEmpty(t, decoded.Keys)

	for _, key := range decoded.Keys {
		require.NotContains(t, key, "d")
	}
}

func TestJWKS_WhileTheKeyIsChanged_HasBoth(t *testing.T) {
	t.Parallel()

	keys := secret.Keys{Current: secret.GenerateKey(), Previous: secret.GenerateKey()}

	set, err := registryauth.JWKS(keys)
	require.NoError(t, err)

	var decoded struct {
		Keys []jwk `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(set, &decoded))

	for _, key := range keys.All() {
		signed, err := newSigner(t, key).Token("node", nil, time.Now())
		require.NoError(t, err)

		token, _, err := jwt.NewParser().ParseUnverified(signed, jwt.MapClaims{})
		require.NoError(t, err)
		require.Contains(t, lo.Map(decoded.Keys, func(known jwk, _ int) any { return known.KeyID }), token.Header["kid"])
	}
}

func TestJWKS_DuringAnUpgrade_HasTheNameThatAPIsOfTheVersionBeforeGiveTheKey(t *testing.T) {
	t.Parallel()

	set, err := registryauth.JWKS(secret.Keys{Current: secret.GenerateKey()})
	require.NoError(t, err)

	var decoded struct {
		Keys []jwk `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(set, &decoded))

	point, err := publicKey(t, decoded.Keys[0]).Bytes()
	require.NoError(t, err)

	sum := sha256.Sum256(point)
	require.Contains(t, lo.Map(decoded.Keys, func(known jwk, _ int) string { return known.KeyID }), base64.RawURLEncoding.EncodeToString(sum[:]))
}

func newSigner(t *testing.T, key secret.Key) *registryauth.Signer {
	t.Helper()

	signer, err := registryauth.NewSigner(key)
	require.NoError(t, err)

	return signer
}

// verify does what the registry does: it knows the key set, the issuer and the service, and nothing else.
func verify(t *testing.T, platform secret.Key, signed string, now time.Time) (jwt.MapClaims, error) {
	t.Helper()

	text, err := registryauth.JWKS(secret.Keys{Current: platform})
	require.NoError(t, err)

	var set struct {
		Keys []jwk `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(text, &set))
	require.NotEmpty(t, set.Keys)

	key := set.Keys[0]
	require.Equal(t, []string{"EC", "P-256", "ES256", "sig"}, []string{key.KeyType, key.Curve, key.Algorithm, key.Use})

	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(signed, claims, func(token *jwt.Token) (any, error) {
		if _, ok := token.Header["kid"]; !ok {
			return nil, jwt.ErrTokenUnverifiable
		}

		return publicKey(t, key), nil
	}, jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer("zeitwork"), jwt.WithAudience("zeitwork-registry"),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))

	return claims, err
}

func publicKey(t *testing.T, key jwk) *ecdsa.PublicKey {
	t.Helper()

	point := []byte{4} // Uncompressed.

	for _, coordinate := range []string{key.X, key.Y} {
		decoded, err := base64.RawURLEncoding.DecodeString(coordinate)
		require.NoError(t, err)
		require.Len(t, decoded, 32)

		point = append(point, decoded...)
	}

	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	require.NoError(t, err)

	return public
}
