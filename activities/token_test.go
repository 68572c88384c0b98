package activities

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/local/daemon"
)

// tokenEndpoint answers as api does, and remembers whose grants it saw.
type tokenEndpoint struct {
	t      *testing.T
	key    secret.Key
	signer *registryauth.Signer

	mutex        sync.Mutex
	repositories []string
}

func (e *tokenEndpoint) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	user, password, _ := request.BasicAuth()
	access := []registryauth.Access{}

	for _, scope := range request.URL.Query()["scope"] {
		for one := range strings.FieldsSeq(scope) {
			requested, ok := registryauth.ParseScope(one)
			if !ok || user != registryauth.GrantUser {
				continue
			}

			allowed, err := registryauth.VerifyGrant(secret.Keys{Current: e.key}, password, time.Now())
			if err != nil {
				w.WriteHeader(http.StatusUnauthorized)

				return
			}

			e.mutex.Lock()
			e.repositories = append(e.repositories, allowed.Name)
			e.mutex.Unlock()

			access = append(access, registryauth.Intersect(requested, allowed))
		}
	}

	token, err := e.signer.Token("test", access, time.Now())
	if err != nil {
		e.t.Error(err)
	}

	if err := json.NewEncoder(w).Encode(map[string]string{"token": token}); err != nil {
		e.t.Error(err)
	}
}

// setupTokens returns a bundle whose registry asks for tokens.
func setupTokens(t *testing.T) (*builderBundle, *tokenEndpoint) {
	t.Helper()

	bundle := setupBuilder(t)
	signer, err := registryauth.NewSigner(bundle.key)
	require.NoError(t, err)
	jwks, err := registryauth.JWKS(secret.Keys{Current: bundle.key})
	require.NoError(t, err)

	endpoint := &tokenEndpoint{t: t, key: bundle.key, signer: signer}
	server := httptest.NewServer(endpoint)
	t.Cleanup(server.Close)

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	require.NoError(t, listener.Close())

	process, err := daemon.Registry{
		Home: process.Home(t.TempDir()), Bin: part(t, "ZEITWORK_TEST_BIN"), Port: address.Port,
		Auth: &daemon.RegistryAuth{Realm: byName(server.URL), Service: registryauth.Service, Issuer: registryauth.Issuer, JWKS: jwks},
	}.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, process.Stop(t.Context())) })

	bundle.registry.config.RegistryHost = process.Address()
	reachedByBuildkitd(t, process.Address())

	return bundle, endpoint
}

// byName is needed because clients send no credentials to a literal loopback address.
func byName(url string) string { return strings.Replace(url, "127.0.0.1", "localhost", 1) }

func TestRegistryWithTokens_CloneBuildAndPublishGetThroughWithGrants(t *testing.T) {
	t.Parallel()

	bundle, endpoint := setupTokens(t)
	request := bundle.request(t, newApp(t, toolDockerfile))

	for range 2 { // The second one meets the tokens that buildkitd has kept.
		built, log, err := bundle.build(t.Context(), request)
		require.NoError(t, err, log)

		image, err := bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
		require.NoError(t, err)
		require.Positive(t, image.SizeBytes)
	}

	require.Subset(t, []string{ImageRepository(bundle.project), sourceRepository(bundle.project)}, endpoint.repositories)
}

func TestRegistryWithTokens_DeletesWithGrants(t *testing.T) {
	t.Parallel()

	bundle, _ := setupTokens(t)
	request := bundle.request(t, newApp(t, toolDockerfile))
	built, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	require.NoError(t, bundle.registry.DeleteImage(t.Context(), bundle.project, built.Digest))

	_, err = bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	require.ErrorIs(t, err, ErrGone)

	require.NoError(t, bundle.registry.DeleteProject(t.Context(), bundle.project))

	sources, err := bundle.registry.ListSources(t.Context(), bundle.project)
	require.NoError(t, err)
	require.Empty(t, sources)
}

func TestRegistryWithTokens_BuildCannotReadAnotherProjectsImage(t *testing.T) {
	t.Parallel()

	bundle, _ := setupTokens(t)
	request := bundle.request(t, newApp(t, toolDockerfile))
	built, log, err := bundle.build(t.Context(), request)
	require.NoError(t, err, log)

	_, err = bundle.registry.Publish(t.Context(), bundle.project, request.DeploymentID, built.Digest)
	require.NoError(t, err)

	victim := bundle.registry.reference(ImageRepository(bundle.project)) + ":" + request.DeploymentID.String()
	bundle.project = id.New()
	_, log, err = bundle.build(t.Context(), bundle.request(t, newApp(t, "FROM "+victim+"\nCOPY tool /other\n")))
	requireUsers(t, err, "does not exist or is not public")
	require.NotContains(t, log, "exporting")
}

func TestRegistryWithTokens_AnotherKeysGrantIsRefused(t *testing.T) {
	t.Parallel()

	bundle, _ := setupTokens(t)
	stranger := NewRegistry(bundle.registry.config, secret.GenerateKey())
	path := ImageRepository(bundle.project)
	repository, err := stranger.repository(path)
	require.NoError(t, err)

	_, err = remote.Get(repository.Tag("latest"), stranger.options(t.Context(), path, registryauth.Pull)...)
	require.ErrorAs(t, err, new(*transport.Error))
	require.False(t, isMissing(err))
}

func TestGrantAuthenticator_EachGrantIsForOneRepository(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	credentials, err := grantAuthenticator{key: key, access: registryauth.Repository("sources/one", registryauth.Pull)}.Authorization()
	require.NoError(t, err)
	require.Equal(t, registryauth.GrantUser, credentials.Username)

	access, err := registryauth.VerifyGrant(secret.Keys{Current: key}, credentials.Password, time.Now())
	require.NoError(t, err)
	require.Equal(t, registryauth.Repository("sources/one", registryauth.Pull), access)

	_, err = registryauth.VerifyGrant(secret.Keys{Current: key}, credentials.Password, time.Now().Add(2*grantLifetime))
	require.Error(t, err)
	require.False(t, slices.Contains(access.Actions, registryauth.Push))
}
