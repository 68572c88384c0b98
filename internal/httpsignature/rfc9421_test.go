package httpsignature

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
)

// rfcKey is the key test-key-ed25519 of RFC 9421, B.1.4.
const rfcKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
`

// TestSignatureBase_OfTheRFC signs what RFC 9421 signs in B.2.6. An Ed25519 signature is the same each time.
func TestSignatureBase_OfTheRFC(t *testing.T) {
	t.Parallel()

	key, err := ParseKey([]byte(rfcKey))
	require.NoError(t, err)
	require.Equal(t, "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs", PublicKey(key))

	base := signatureBase([]component{
		{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
		{"@method", "POST"},
		{"@path", "/foo"},
		{"@authority", "example.com"},
		{"content-type", "application/json"},
		{"content-length", "18"},
	}, `("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`)

	require.Equal(t, "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
		base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(base))))
}

// TestDigest_OfTheRFC is the digest of a body in RFC 9530, appendix D.
func TestDigest_OfTheRFC(t *testing.T) {
	t.Parallel()

	require.Equal(t, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", digestOf(sum256("{\"hello\": \"world\"}\n")))
}
