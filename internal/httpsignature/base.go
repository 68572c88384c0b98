package httpsignature

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// The header fields of a signed request.
const (
	inputField     = "Signature-Input"
	signatureField = "Signature"
	digestField    = "Content-Digest"
	// clientURLField is the URL of the API as the client knows it, which proxies do not rewrite: with the path and the query that arrive at the server it is
	// the target URI.
	clientURLField = "Zeitwork-API-URL"

	// label names the signature among others of the same request, and tag says what it is for.
	label = "zeitwork"
	tag   = "zeitwork-node"
)

// component is something of a request that a signature covers.
type component struct{ name, value string }

// signatureBase returns what is signed: a line for each component, and the parameters (RFC 9421, 2.5).
func signatureBase(components []component, params string) string {
	var base strings.Builder

	for _, c := range components {
		base.WriteString(strconv.Quote(c.name) + ": " + c.value + "\n")
	}

	base.WriteString(`"@signature-params": ` + params)

	return base.String()
}

// covered are the components of a request that is sent to the target URI with the body's digest.
func covered(method, targetURI, digest string) []component {
	return []component{{"@method", method}, {"@target-uri", targetURI}, {"content-digest", digest}}
}

// signatureParams are the parameters of a signature over what is covered.
func signatureParams(created time.Time, keyID string) string {
	return `("@method" "@target-uri" "content-digest");created=` + strconv.FormatInt(created.Unix(), 10) + `;keyid="` + keyID + `";alg="ed25519";tag="` + tag + `"`
}

// digestOf is the digest of a body as the header field has it.
func digestOf(sum [sha256.Size]byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}
