package httpsignature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// apiPath is what the path of every operation of the API begins with, behind what a proxy may have before it.
const apiPath = "/v1/"

// Transport signs the requests that it sends. It goes by the clock of the server, which tells it with each answer: a machine whose own clock is wrong
// is served all the same.
type Transport struct {
	Key ed25519.PrivateKey
	// Next sends the signed requests.
	Next http.RoundTripper

	// ahead is how far the server's clock is ahead of this machine's, in nanoseconds.
	ahead atomic.Int64
}

// RoundTrip signs a request and sends it: once more where the server has refused it and its clock turns out to be another.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}

	ahead := time.Duration(t.ahead.Load())

	response, err := t.send(request, body, ahead)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}

	const tolerable = Window / 2
	if now := time.Duration(t.ahead.Load()); (now - ahead).Abs() <= tolerable {
		return response, nil
	}

	_ = response.Body.Close()

	return t.send(request, body, time.Duration(t.ahead.Load()))
}

// CloseIdleConnections closes those of Next.
func (t *Transport) CloseIdleConnections() {
	if closer, ok := t.Next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

func (t *Transport) send(request *http.Request, body []byte, ahead time.Duration) (*http.Response, error) {
	signed := request.Clone(request.Context())
	if len(body) > 0 {
		signed.Body = io.NopCloser(bytes.NewReader(body))
	} else {
		signed.Body = http.NoBody
	}

	now := time.Now()
	Sign(signed, body, t.Key, now.Add(ahead))
	tellClock(signed, now)

	response, err := t.Next.RoundTrip(signed)
	if err != nil {
		return nil, err //nolint:wrapcheck // A client's transport returns errors as they are.
	}

	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		t.ahead.Store(int64(time.Until(date)))
	}

	return response, nil
}

// readBody reads and closes the body of a request, as a RoundTripper has to.
func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return nil, nil
	}

	body, err := io.ReadAll(request.Body)
	if closeErr := request.Body.Close(); err == nil {
		err = closeErr
	}

	if err != nil {
		return nil, fmt.Errorf("read the body of a request: %w", err)
	}

	return body, nil
}

// Sign signs a request that a client is about to send with the body.
func Sign(request *http.Request, body []byte, key ed25519.PrivateKey, now time.Time) {
	digest := digestOf(sha256.Sum256(body))
	params := signatureParams(now, PublicKey(key))
	base := signatureBase(covered(request.Method, origin(request)+request.URL.RequestURI(), digest), params)

	request.Header.Set(digestField, digest)
	request.Header.Set(clientURLField, clientURL(request))
	request.Header.Set(inputField, label+"="+params)
	request.Header.Set(signatureField, label+"=:"+base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(base)))+":")
}

// clientURL is the URL of the API: what the request's URL has before the path of the operation.
func clientURL(request *http.Request) string {
	path := request.URL.EscapedPath()

	return origin(request) + path[:max(strings.LastIndex(path, apiPath), 0)]
}

func origin(request *http.Request) string {
	host := request.Host
	if host == "" {
		host = request.URL.Host
	}

	return request.URL.Scheme + "://" + host
}
