package containers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/stretchr/testify/require"
)

// TestResolver_SendsTheTokenToKnownRealmsAlone has a registry name a place for its tokens, once at first and once by a redirect of a known place.
func TestResolver_SendsTheTokenToKnownRealmsAlone(t *testing.T) {
	t.Parallel()

	for name, redirected := range map[string]bool{"named": false, "by a redirect": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var asked atomic.Int32

			realm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				http.Error(w, "no tokens", http.StatusForbidden)
			}))
			t.Cleanup(realm.Close)

			registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					http.Redirect(w, r, realm.URL, http.StatusTemporaryRedirect)

					return
				}

				named := realm.URL
				if redirected {
					named = "http://" + r.Host + "/token"
				}

				w.Header().Set("WWW-Authenticate", `Bearer realm="`+named+`",service="registry"`)
				w.WriteHeader(http.StatusUnauthorized)
			}))
			t.Cleanup(registry.Close)

			host := strings.TrimPrefix(registry.URL, "http://")
			resolve := func(realms ...string) error {
				runtime := New(nil, Config{Registry: host, Insecure: true, Username: "node", Password: "secret", Realms: realms})
				_, _, err := runtime.source().Resolve(t.Context(), host+"/app@"+digest.FromString("app").String())

				return err
			}

			require.ErrorContains(t, resolve(), "set ZEITWORK_NODE_REGISTRY_REALM="+realm.URL)
			require.Zero(t, asked.Load())

			require.Error(t, resolve(realm.URL))
			require.NotZero(t, asked.Load())
		})
	}
}
