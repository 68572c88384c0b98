package httpsignature

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func sum256(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }

// verify verifies a request of which the body was read.
func verify(request *http.Request, body string, key ed25519.PrivateKey, now time.Time) error {
	public, _ := key.Public().(ed25519.PublicKey)

	return Verify(request, public, now, func() ([]byte, error) { return []byte(body), nil })
}

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()

	made, encoded, err := NewKey()
	require.NoError(t, err)

	read, err := ParseKey(encoded)
	require.NoError(t, err)
	require.True(t, made.Equal(read))

	return read
}

// signed returns a signed request as a server behind a proxy gets it, which has taken the path prefix away and named another host.
func signed(t *testing.T, key ed25519.PrivateKey, method, target, body string, now time.Time) *http.Request {
	t.Helper()

	sent := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	Sign(sent, []byte(body), key, now)

	arrived := target[strings.LastIndex(target, "/v1/"):]
	got := httptest.NewRequestWithContext(t.Context(), method, "http://10.0.0.7:8000"+arrived, strings.NewReader(body))
	got.Header = sent.Header

	return got
}

func TestVerify_RequestOfTheKey_AlsoBehindAProxy(t *testing.T) {
	t.Parallel()

	key, now := newKey(t), time.Now()

	for _, target := range []string{
		"https://api.example.com/v1/node/report", "https://example.com/platform/api/v1/node/report",
		"https://example.com/v1/v1/registry/token?scope=repository:projects%2F1:pull&service=a%20b", "http://[2001:db8::1]:8000/v1/node/assignments?wait_seconds=30",
	} {
		require.NoError(t, verify(signed(t, key, http.MethodPost, target, `{"a":1}`, now), `{"a":1}`, key, now.Add(Window-time.Second)), target)
	}
}

func TestVerify_RequestOfAnotherTime_IsRefused(t *testing.T) {
	t.Parallel()

	key, now := newKey(t), time.Now()

	for _, off := range []time.Duration{Window + time.Second, -Window - 2*time.Second} {
		require.ErrorIs(t, verify(signed(t, key, http.MethodGet, "https://api.example.com/v1/a", "", now), "", key, now.Add(off)), ErrTime)
	}
}

// TestVerify_AnythingElseThanWhatWasSigned_IsRefused changes one thing of a request at a time.
func TestVerify_AnythingElseThanWhatWasSigned_IsRefused(t *testing.T) {
	t.Parallel()

	const target = "https://example.com/api/v1/node/logs?after=1"

	key, now := newKey(t), time.Now()

	for name, change := range map[string]func(r *http.Request, body *string){
		"method": func(r *http.Request, _ *string) { r.Method = http.MethodPut },
		"path":   func(r *http.Request, _ *string) { r.URL.Path = "/v1/node/report" },
		"query":  func(r *http.Request, _ *string) { r.URL.RawQuery = "after=2" },
		"body":   func(_ *http.Request, body *string) { *body = "others" },
		"body and digest": func(r *http.Request, body *string) {
			*body = "others"
			r.Header.Set(digestField, digestOf(sum256(*body)))
		},
		"no digest": func(r *http.Request, _ *string) { r.Header.Del(digestField) },
		"two digests": func(r *http.Request, body *string) {
			*body = "others"
			r.Header[digestField] = []string{digestOf(sum256(*body)), r.Header.Get(digestField)}
		},
		"URL of the client": func(r *http.Request, _ *string) { r.Header.Set(clientURLField, "https://example.com") },
		"no URL":            func(r *http.Request, _ *string) { r.Header.Del(clientURLField) },
		"time": func(r *http.Request, _ *string) {
			replaceInput(r, strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(now.Add(time.Second).Unix(), 10))
		},
		"tag":                 func(r *http.Request, _ *string) { replaceInput(r, `tag="`+tag+`"`, `tag="another"`) },
		"less that is signed": func(r *http.Request, _ *string) { replaceInput(r, ` "content-digest"`, "") },
		"two inputs": func(r *http.Request, _ *string) {
			r.Header[inputField] = append(r.Header[inputField], r.Header.Get(inputField))
		},
		"no input":     func(r *http.Request, _ *string) { r.Header.Del(inputField) },
		"no signature": func(r *http.Request, _ *string) { r.Header.Del(signatureField) },
		"nonsense":     func(r *http.Request, _ *string) { r.Header.Set(signatureField, label+"=:AAAA:") },
	} {
		body := "lines"
		request := signed(t, key, http.MethodPost, target, body, now)
		change(request, &body)

		require.ErrorIs(t, verify(request, body, key, now), ErrForged, name)
	}
}

func replaceInput(r *http.Request, old, replacement string) {
	r.Header.Set(inputField, strings.Replace(r.Header.Get(inputField), old, replacement, 1))
}

// TestVerify_PathInTheSignedQuery_IsNoPath is about a query that somebody else has chosen, as a registry does.
func TestVerify_PathInTheSignedQuery_IsNoPath(t *testing.T) {
	t.Parallel()

	key, now := newKey(t), time.Now()
	request := signed(t, key, http.MethodGet, "https://api.example.com/v1/registry/token?scope=/v1/node/assignments", "", now)
	request.Header.Set(clientURLField, "https://api.example.com/v1/registry/token?scope=")
	request.URL = &url.URL{Path: "/v1/node/assignments"}

	require.ErrorIs(t, verify(request, "", key, now), ErrForged)
}

// TestVerify_RequestOfSomebodyElse_NobodyReadsItsBody has bodies that nobody may read.
func TestVerify_RequestOfSomebodyElse_NobodyReadsItsBody(t *testing.T) {
	t.Parallel()

	key, now := newKey(t), time.Now()
	public, _ := key.Public().(ed25519.PublicKey)
	unread := func() ([]byte, error) { panic("the body was read") }

	unsigned := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/v1/a", http.NoBody)
	require.ErrorIs(t, Verify(unsigned, public, now, unread), ErrUnsigned)

	others := signed(t, newKey(t), http.MethodPost, "https://api.example.com/v1/a", "body", now)
	require.ErrorIs(t, Verify(others, public, now, unread), ErrKey)

	replaceInput(others, input.FindStringSubmatch(others.Header.Get(inputField))[3], PublicKey(key))
	require.ErrorIs(t, Verify(others, public, now, unread), ErrForged)
}

// TestTransport_ClockIsWrong_GoesByTheServers has a server whose clock is years ahead, and then years behind.
func TestTransport_ClockIsWrong_GoesByTheServers(t *testing.T) {
	t.Parallel()

	const years = 10 * 365 * 24 * time.Hour

	var (
		ahead = years
		asked int
	)

	key := newKey(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		now := time.Now().Add(ahead)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))

		body, _ := io.ReadAll(r.Body)
		if err := verify(r, string(body), key, now); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()

	client := &http.Client{Transport: &Transport{Key: key, Next: http.DefaultTransport}}

	for _, step := range []struct {
		ahead time.Duration
		asked int
	}{{years, 2}, {years, 1}, {-years, 2}, {0, 2}, {0, 1}} {
		ahead, asked = step.ahead, 0

		response, err := client.Post(server.URL+"/v1/node/report", "text/plain", bytes.NewReader([]byte("body")))
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, step.asked, asked)
	}
}

func TestTransport_TokenIsRefused_IsNotSentAgain(t *testing.T) {
	t.Parallel()

	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++

		w.WriteHeader(http.StatusUnauthorized)
	}))

	defer server.Close()

	client := &http.Client{Transport: &Transport{Key: newKey(t), Next: http.DefaultTransport}}
	response, err := client.Get(server.URL + "/v1/node/assignments")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	require.Equal(t, 1, asked)
}

func TestParseKey_Nonsense_IsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "hunter2", "-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----\n"} {
		_, err := ParseKey([]byte(text))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
