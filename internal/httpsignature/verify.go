package httpsignature

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Window is how far the time of a signature may be from the verifier's, either way. Within it a request that somebody has seen can be sent again.
const Window = time.Minute

var (
	// ErrUnsigned tells that a request carries no signature.
	ErrUnsigned = errors.New("the request is not signed")
	// ErrTime tells that a signature is of another time.
	ErrTime = errors.New("the signature is of another time")
	// ErrKey tells that a request is signed by another key.
	ErrKey = errors.New("the request is signed by another key")
	// ErrForged tells that a signature is not of this request.
	ErrForged = errors.New("the signature is not of this request")
)

// input matches what signatureParams writes, behind the label.
var input = regexp.MustCompile(`^` + label + `=(\("@method" "@target-uri" "content-digest"\);created=([0-9]{1,12});` +
	`keyid="([A-Za-z0-9_-]{43})";alg="ed25519";tag="` + tag + `")$`)

// Verify tells whether a request that a server got is signed by the key. readBody is called once all that stands in
// the header is right, so that nobody else can have a server read a body. The host that the client has asked is covered and not compared with anything: proxies
// rewrite it, and a machine may know the API by another name.
func Verify(request *http.Request, key ed25519.PublicKey, now time.Time, readBody func() ([]byte, error)) error {
	values, signatures := request.Header.Values(inputField), request.Header.Values(signatureField)
	if len(values) == 0 && len(signatures) == 0 {
		return ErrUnsigned
	}

	signature, signed := signatureIn(signatures)
	target, named := targetURI(request)
	found := input.FindStringSubmatch(strings.Join(values, ", "))

	if !signed || !named || found == nil {
		return ErrForged
	}

	params, createdText, signer := found[1], found[2], found[3]
	if signer != keyID(key) {
		return ErrKey
	}

	seconds, _ := strconv.ParseInt(createdText, 10, 64) // It is all digits, and few.
	if created := time.Unix(seconds, 0); now.Sub(created).Abs() > Window {
		return ErrTime
	}

	digest := strings.Join(request.Header.Values(digestField), ", ")
	if !ed25519.Verify(key, []byte(signatureBase(covered(request.Method, target, digest), params)), signature) {
		return ErrForged
	}

	body, err := readBody()
	if err != nil {
		return err
	}

	if digest != digestOf(sha256.Sum256(body)) {
		return ErrForged
	}

	return nil
}

// signatureIn reads the one signature of a request.
func signatureIn(fields []string) ([]byte, bool) {
	if len(fields) != 1 {
		return nil, false
	}

	text, before := strings.CutPrefix(fields[0], label+"=:")
	text, after := strings.CutSuffix(text, ":")
	signature, err := base64.StdEncoding.Strict().DecodeString(text)

	return signature, before && after && err == nil && len(signature) == ed25519.SignatureSize
}

// targetURI is the URI that the client has asked for: its URL of the API, and the path and query that have arrived.
func targetURI(request *http.Request) (string, bool) {
	text := request.Header.Get(clientURLField)

	// With a query in it, what the client had asked for as a query could be taken for a path.
	base, err := url.Parse(text)
	if err != nil || base.Scheme == "" || base.Host == "" || base.RawQuery != "" || base.ForceQuery || strings.ContainsAny(text, "?#") {
		return "", false
	}

	return text + request.URL.RequestURI(), true
}
