package nodeagent_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// guardRegistry puts the registry's token protocol before one that asks for nothing, and returns its host.
func guardRegistry(t *testing.T, registry string) string {
	t.Helper()

	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: registry})

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		username, password, _ := r.BasicAuth()
		if r.Form == nil {
			_ = r.ParseForm()
		}

		if r.Method == http.MethodPost {
			username, password = r.Form.Get("username"), r.Form.Get("password")
		}

		switch {
		case r.URL.Path == "/token" && username == registryauth.NodeUser && password == testToken:
			_ = json.NewEncoder(w).Encode(map[string]any{"token": "granted", "access_token": "granted", "expires_in": 300})
		case r.URL.Path == "/token":
			http.Error(w, "who are you", http.StatusUnauthorized)
		case r.Header.Get("Authorization") == "Bearer granted":
			proxy.ServeHTTP(w, r)
		default:
			repository, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/manifests/")
			w.Header().Set("WWW-Authenticate",
				`Bearer realm="http://`+r.Host+`/token",service="registry",scope="repository:`+repository+`:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)

	return strings.TrimPrefix(server.URL, "http://")
}

func TestAgent_PullsWithTheNodesToken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	guarded := guardRegistry(t, b.registry)
	b.config.RegistryHost = guarded
	vm := b.vm(strings.Replace(pushApp(t, b.registry, nil), b.registry, guarded, 1), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)
	require.NotContains(t, b.log.String(), testToken)
}

func TestAgent_RegistryAway_IsWaitedFor(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	b.config.RegistryHost = "127.0.0.1:1"
	vm := b.vm(strings.Replace(image, b.registry, b.config.RegistryHost, 1), "")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitForMessage(t, vm.ID, "The node tries again: it could not fetch the image.")
	require.Equal(t, client.VMReportStatePulling, report.State)
}

func TestAgent_RegistryHasLostALayer_FailsAndSaysHowToMendIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: b.registry})

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/") {
			http.NotFound(w, r)

			return
		}

		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	// containerd has what is in the images of other tests.
	image := pushApp(t, b.registry, func(c *v1.Config) { c.Labels = map[string]string{"test": id.New().String()} })
	b.config.RegistryHost = strings.TrimPrefix(server.URL, "http://")
	vm := b.vm(strings.Replace(image, b.registry, b.config.RegistryHost, 1), "")
	b.api.assign(vm)
	b.startAgent(t)

	report := b.api.waitFor(t, vm.ID, client.VMReportStateFailed)
	require.Equal(t, "The image of this deployment is no longer in the registry. Deploy again to build a new one.", *report.Message)
}
