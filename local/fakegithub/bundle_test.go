package fakegithub_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/test/githubtest"
)

// testBundle is a server with an example, asked by hand.
type testBundle struct {
	*githubtest.Server
	githubtest.Example
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	server := githubtest.New(t)

	return &testBundle{Server: server, Example: server.NewExample(t)}
}

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// field reads a field of an answer that is a JSON object.
func (a answer) field(t *testing.T, name string) any {
	t.Helper()

	object := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(a.body), &object), a.body)

	return object[name]
}

// ask asks the API. Redirects are not followed.
func (b *testBundle) ask(t *testing.T, method, path, authorization, body string, header ...string) answer {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	require.NoError(t, err)

	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}

	for n := 0; n < len(header); n += 2 {
		request.Header.Set(header[n], header[n+1])
	}

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

	response, err := client.Do(request)
	require.NoError(t, err)

	defer func() { _ = response.Body.Close() }()

	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)

	return answer{status: response.StatusCode, header: response.Header, body: string(content)}
}

// jwt signs as the app, for a time.
func (b *testBundle) jwt(t *testing.T, lifetime time.Duration) string {
	t.Helper()

	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(b.App.PrivateKey))
	require.NoError(t, err)

	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer: b.App.ClientID, IssuedAt: jwt.NewNumericDate(b.Clock.Now()), ExpiresAt: jwt.NewNumericDate(b.Clock.Now().Add(lifetime)),
	}).SignedString(key)
	require.NoError(t, err)

	return "Bearer " + signed
}

// token returns the value of Authorization for a token of the installation.
func (b *testBundle) token(t *testing.T, wanted string) string {
	t.Helper()

	made := b.ask(t, http.MethodPost, path(b.Installation, "/api/v3/app/installations/%d/access_tokens"), b.jwt(t, time.Minute), wanted)
	require.Equal(t, http.StatusCreated, made.status, made.body)

	return "token " + made.field(t, "token").(string)
}

// git runs git as somebody at home does, with no configuration of this machine.
func git(t *testing.T, directory string, arguments ...string) (string, error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	command := exec.CommandContext(ctx, "git", append([]string{"-c", "user.name=Ben", "-c", "user.email=ben@example.com"}, arguments...)...)
	command.Dir = directory
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0"}

	output, err := command.CombinedOutput()

	return strings.TrimSpace(string(output)), err
}
