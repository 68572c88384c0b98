package activities

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/problem"
)

var testCredentials = gitremote.Credentials{Username: "x-access-token", Password: "ghs_do-not-tell"}

// behindSignIn serves a repository to those who show the credentials of the tests.
func behindSignIn(t *testing.T, repository *testRepository) string {
	t.Helper()

	return guard(t, repository.serve()).URL + "/app"
}

// guard is a server that shows what another one does, to those who show the credentials of the tests.
func guard(t *testing.T, address string) *httptest.Server {
	t.Helper()

	proxy := proxyTo(t, address)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != testCredentials.Username || password != testCredentials.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			w.WriteHeader(http.StatusUnauthorized)

			return
		}

		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	return server
}

// proxyTo shows what the server of an address does.
func proxyTo(t *testing.T, address string) http.Handler {
	t.Helper()

	target, err := url.Parse(address)
	require.NoError(t, err)

	target.Path = ""

	return httputil.NewSingleHostReverseProxy(target)
}

func TestClone_OfARepositoryThatNeedsASignIn_ShowsItsCredentials(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	commit := repository.commit("Another", nil)
	request := CloneRequest{ProjectID: bundle.project, RepositoryURL: behindSignIn(t, repository), Commit: commit}

	_, err := bundle.source.Clone(t.Context(), request)
	requireUsers(t, err, "needs a sign-in")

	request.Credentials = &testCredentials
	result, err := bundle.source.Clone(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, commit, result.Commit)
	require.FileExists(t, filepath.Join(bundle.open(t, result).Dir, "index.html"))
}

func TestClone_WithCredentials_ShowsThemToNoOtherServer(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"index.html": "hello"})
	commit := repository.commit("Another", nil)
	elsewhere := repository.serve()

	var shown atomic.Int32

	// The repository has moved to another server, and to another path of its own.
	for _, target := range []string{elsewhere, ""} {
		mux := http.NewServeMux()
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)

		mux.HandleFunc("/app/", func(w http.ResponseWriter, r *http.Request) {
			base := target
			if base == "" {
				base = server.URL + "/other"
			}

			http.Redirect(w, r, base+strings.TrimPrefix(r.URL.RequestURI(), "/app"), http.StatusMovedPermanently)
		})
		mux.HandleFunc("/other/", func(http.ResponseWriter, *http.Request) { shown.Add(1) })

		_, err := bundle.source.Clone(t.Context(), CloneRequest{
			ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Commit: commit, Credentials: &testCredentials,
		})
		requireUsers(t, err, "has moved")
		require.NotContains(t, fmt.Sprintf("%v %+v", err, err), testCredentials.Password)
	}

	require.Zero(t, shown.Load())
}

func TestGit_KeepsCredentialsOutOfArgumentsAndOfOtherCommands(t *testing.T) {
	t.Parallel()

	plain := git{config: "/dev/null", protocols: []string{"https"}}
	signedIn := plain.showing(&testCredentials, "https://git.example.com/a/b.git")

	require.NotContains(t, strings.Join(signedIn.settings(), " "), basicAuthorization(testCredentials))
	require.Contains(t, signedIn.settings(), "http.followRedirects=false")
	require.Contains(t, signedIn.environment(), "GIT_CONFIG_KEY_0=http.https://git.example.com/a/b.git.extraHeader")
	require.Contains(t, signedIn.environment(), "GIT_CONFIG_VALUE_0=Authorization: "+basicAuthorization(testCredentials))
	require.NotContains(t, strings.Join(plain.environment(), " "), "GIT_CONFIG_VALUE_0")
	require.Equal(t, plain, signedIn.showing(nil, ""))

	request := CloneRequest{Credentials: &testCredentials}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", request.Credentials, *request.Credentials, *request.Credentials), testCredentials.Password)
}

func TestClone_WithCredentials_ShowsThemToItsOwnLargeFileServerAlone(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		configured bool
		wanted     string
	}{
		"its own":                     {false, basicAuthorization(testCredentials)},
		"one that .lfsconfig has set": {true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			bundle := setup(t)
			repository := newRepository(t, nil)
			server := newLFSServer(t, repository, "a large file")

			var seen atomic.Value

			behind := proxyTo(t, repository.serve())
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if strings.Contains(r.URL.Path, "/info/lfs/") || strings.Contains(r.URL.Path, "/elsewhere/") {
					seen.Store(r.Header.Get("Authorization"))

					return false
				}

				// It would redirect, which is not followed.
				behind.ServeHTTP(w, r)

				return true
			}

			files := map[string]string{".gitattributes": "*.bin filter=lfs\n", "a.bin": pointerTo("a large file")}
			if test.configured {
				files[".lfsconfig"] = "[lfs]\n\turl = " + server.URL + "/elsewhere\n"
			}

			commit := repository.commit("Large", files)

			_, err := bundle.source.Clone(t.Context(), CloneRequest{
				ProjectID: bundle.project, RepositoryURL: server.URL + "/app", Commit: commit, Credentials: &testCredentials,
			})
			require.NoError(t, err)
			require.Equal(t, test.wanted, seen.Load())
		})
	}
}

func TestInspect_ShowsTheTree_AndKeepsNothing(t *testing.T) {
	t.Parallel()

	bundle := setup(t)
	repository := newRepository(t, map[string]string{"apps/web/index.html": "hello"})
	commit := repository.commit("Inspected", nil)

	var seen string

	result, err := bundle.source.Inspect(t.Context(), CloneRequest{RepositoryURL: repository.url(), Branch: "main"}, func(directory string) error {
		seen = directory
		content, err := os.ReadFile(filepath.Join(directory, "apps/web/index.html"))
		require.Equal(t, "hello", string(content))

		return err
	})
	require.NoError(t, err)
	require.Equal(t, commit, result.Commit)
	require.Equal(t, "Inspected", result.Message)
	require.Empty(t, result.Digest)
	require.NoDirExists(t, seen)

	repositories, err := bundle.registry.repository(sourceRepository(bundle.project))
	require.NoError(t, err)

	_, err = remote.Head(repositories.Tag(commit), remote.WithContext(t.Context()))
	require.Error(t, err)

	refused := problem.New(problem.Invalid, "It is not like that.")
	_, err = bundle.source.Inspect(t.Context(), CloneRequest{RepositoryURL: repository.url(), Branch: "main"}, func(string) error { return refused })
	require.ErrorIs(t, err, refused)

	_, err = bundle.source.Inspect(t.Context(), CloneRequest{RepositoryURL: repository.url(), Branch: "gone"}, nil)
	requireUsers(t, err, "has no branch gone")
}
