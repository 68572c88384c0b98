package daemon

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestRegistry_WithoutAuth_AnswersEveryone(t *testing.T) {
	t.Parallel()

	process, err := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}.Start(t.Context())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status(t, "http://"+process.Address()+"/v2/", ""))
	require.NoError(t, process.Stop(t.Context()))
}

func TestRegistry_WithAuth_AcceptsOnlyTokensOfItsKeys(t *testing.T) {
	t.Parallel()

	const repository = "projects/one"

	key := secret.GenerateKey()
	jwks, err := registryauth.JWKS(secret.Keys{Current: key})
	require.NoError(t, err)

	process, err := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t), Auth: &RegistryAuth{
		Realm: "http://127.0.0.1:1/v1/registry/token", Service: registryauth.Service, Issuer: registryauth.Issuer, JWKS: jwks,
	}}.Start(t.Context())
	require.NoError(t, err)

	tags := "http://" + process.Address() + "/v2/" + repository + "/tags/list"

	anonymous, headers := get(t, tags, "")
	require.Equal(t, http.StatusUnauthorized, anonymous)
	require.Contains(t, headers.Get("WWW-Authenticate"), `realm="http://127.0.0.1:1/v1/registry/token",service="`+registryauth.Service+`"`)

	// The repository is empty: with access that is what the registry says.
	require.Equal(t, http.StatusNotFound, status(t, tags, testToken(t, key, repository)))
	require.Equal(t, http.StatusUnauthorized, status(t, tags, testToken(t, key, "projects/two")), "another repository's token")
	require.Equal(t, http.StatusUnauthorized, status(t, tags, testToken(t, secret.GenerateKey(), repository)), "another key's token")
	require.NoError(t, process.Stop(t.Context()))
}

func TestRegistry_Killed_StartsAgainOnItsPort(t *testing.T) {
	t.Parallel()

	registry := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}

	first, err := registry.Start(t.Context())
	require.NoError(t, err)
	first.Kill()
	require.ErrorContains(t, first.Err(), "registry ended: signal: killed")

	second, err := registry.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, second.Stop(t.Context()))
}

// A process that an earlier run left behind holds the port until it is ended.
func TestRegistry_LeftByAnEarlierRun_IsReplaced(t *testing.T) {
	t.Parallel()

	registry := Registry{Home: shortHome(t), Bin: testBin(t), Port: freePort(t)}

	first, err := registry.Start(t.Context())
	require.NoError(t, err)

	second, err := registry.Start(t.Context())
	require.NoError(t, err)

	<-first.Done()
	require.Equal(t, http.StatusOK, status(t, "http://"+second.Address()+"/v2/", ""))
	require.NoError(t, second.Stop(t.Context()))
}

func testToken(t *testing.T, key secret.Key, repository string) string {
	t.Helper()

	signer, err := registryauth.NewSigner(key)
	require.NoError(t, err)

	access := []registryauth.Access{registryauth.Repository(repository, registryauth.Pull)}

	token, err := signer.Token("test", access, time.Now())
	require.NoError(t, err)

	return token
}

func status(t *testing.T, address, token string) int {
	t.Helper()

	code, _ := get(t, address, token)

	return code
}

func get(t *testing.T, address, token string) (int, http.Header) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode, response.Header
}

// testBin is the folder of the daemons' binaries.
func testBin(t *testing.T) string {
	t.Helper()

	bin := os.Getenv("ZEITWORK_TEST_BIN")
	if bin == "" {
		t.Skip("needs the daemons' binaries; run it through `go tool task test`, or set ZEITWORK_TEST_BIN to their folder")
	}

	return bin
}
