package registryauth_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	distribution "github.com/docker/distribution/context"
	"github.com/docker/distribution/registry/auth"
	_ "github.com/docker/distribution/registry/auth/token" // The controller.
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// GitLab's registry has the access controller of distribution 2, which takes certificates and no key set.
func TestCertificates_RegistryWithoutKeySets_TakesTheTokensOfTheirKeysAlone(t *testing.T) {
	t.Parallel()

	keys := secret.Keys{Current: secret.GenerateKey(), Previous: secret.GenerateKey()}

	certificates, err := registryauth.Certificates(keys)
	require.NoError(t, err)
	require.NotContains(t, string(certificates), "PRIVATE")

	bundle := filepath.Join(t.TempDir(), "registry-keys.pem")
	require.NoError(t, os.WriteFile(bundle, certificates, 0o600))

	controller, err := auth.GetAccessController("token", map[string]any{
		"realm": "https://api.example.com/v1/registry/token", "service": registryauth.Service, "issuer": registryauth.Issuer, "rootcertbundle": bundle,
	})
	require.NoError(t, err)

	pull := auth.Access{Resource: auth.Resource{Type: "repository", Name: "projects/one"}, Action: registryauth.Pull}
	push := auth.Access{Resource: pull.Resource, Action: registryauth.Push}

	for _, key := range keys.All() {
		require.NoError(t, authorize(t, controller, key, pull))
		require.ErrorContains(t, authorize(t, controller, key, push), "insufficient scope")
	}

	require.ErrorContains(t, authorize(t, controller, secret.GenerateKey(), pull), "invalid token")
}

// authorize asks the controller for the access with a token that the key has signed, and with which projects/one can be pulled.
func authorize(t *testing.T, controller auth.AccessController, key secret.Key, access auth.Access) error {
	t.Helper()

	token, err := newSigner(t, key).Token("node", []registryauth.Access{registryauth.Repository("projects/one", registryauth.Pull)}, time.Now())
	require.NoError(t, err)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://registry.example.com/v2/projects/one/tags/list", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)

	_, err = controller.Authorized(distribution.WithRequest(context.WithoutCancel(t.Context()), request), access)

	return err //nolint:wrapcheck // The caller looks at it.
}
