package github

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// requests are one of each kind that the package makes.
func (b *testBundle) requests() map[string]func(ctx context.Context) error {
	s := signIn()

	return map[string]func(ctx context.Context) error{
		"a list": func(ctx context.Context) error {
			_, err := b.installation.Repositories(ctx)

			return err
		},
		"one thing": func(ctx context.Context) error {
			_, err := b.installation.Head(ctx, b.Repository, "main", "")

			return err
		},
		"a query": func(ctx context.Context) error {
			_, _, err := b.installation.Look(ctx, []Look{{NodeID: "x"}})

			return err
		},
		"as the App": func(ctx context.Context) error {
			_, err := b.app.Installations(ctx)

			return err
		},
		"a change": func(ctx context.Context) error {
			return b.installation.SetStatus(ctx, b.Repository, b.Commit, Status{State: Success, Context: "zeitwork"})
		},
		"a sign-in": func(ctx context.Context) error {
			_, err := b.app.Exchange(ctx, s, "code-of-somebody")

			return err
		},
		"a new App": func(ctx context.Context) error {
			_, err := b.client.Convert(ctx, "code-of-somebody")

			return err
		},
		"a user": func(ctx context.Context) error {
			_, err := b.user(githubtest.Owner).Profile(ctx)

			return err
		},
	}
}

func TestGitHub_ThatIsNotItself_IsUnavailableForEveryRequest(t *testing.T) {
	t.Parallel()

	for name, strike := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"slow":             fakegithub.Slow(time.Minute),
		"500":              fakegithub.Status(http.StatusInternalServerError),
		"503":              fakegithub.Status(http.StatusServiceUnavailable),
		"502 with a page":  fakegithub.Unicorn,
		"a connection cut": fakegithub.CutConnection,
		"an empty answer":  fakegithub.EmptyBody,
		"a page in place of an answer": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte("<html>Sign in to the network</html>"))

			return true
		},
		"an answer that is cut": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"id": 1`))

			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setupWith(t, fakegithub.DefaultLimits(), Options{Timeout: 300 * time.Millisecond})
			b.server.AddFault(fakegithub.Fault{Strike: strike})

			for what, ask := range b.requests() {
				err := ask(t.Context())
				require.Equal(t, Unavailable, ReasonOf(err), "%s: %v", what, err)
				require.Equal(t, problem.Unavailable, problem.CodeOf(err), what)
				require.Contains(t, problem.MessageOf(err), "tried again", what)
				require.NotContains(t, err.Error(), "code-of-somebody", what)
			}
		})
	}
}

func TestGitHub_ThatIsAway_IsUnavailable(t *testing.T) {
	t.Parallel()

	b := setup(t)
	gone := httptest.NewServer(nil)
	gone.Close()

	var err error

	b.client, err = New(Config{URL: gone.URL, APIURL: gone.URL}, Options{Transport: githubtest.Transport()})
	require.NoError(t, err)
	b.app, err = b.client.App(b.credentials())
	require.NoError(t, err)
	b.installation = b.app.Installation(b.Installation)

	for what, ask := range b.requests() {
		require.Equal(t, Unavailable, ReasonOf(ask(t.Context())), what)
	}
}

func TestRequest_WhoseContextEnds_SaysThatAndNothingOfGitHub(t *testing.T) {
	t.Parallel()

	b := setup(t)
	struck := make(chan struct{})
	b.server.AddFault(fakegithub.Fault{Times: 1, Strike: func(_ http.ResponseWriter, r *http.Request) bool {
		close(struck)
		<-r.Context().Done()

		return true
	}})

	ctx, cancel := context.WithCancelCause(t.Context())

	go func() {
		<-struck
		cancel(context.DeadlineExceeded)
	}()

	_, err := b.installation.Repositories(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, ReasonOf(err))
}

func TestRequest_ThatIsRedirectedElsewhere_ShowsNoTokenThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	shown := make(chan string, 1)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { shown <- r.Header.Get("Authorization") }))
	t.Cleanup(elsewhere.Close)

	b.server.AddFault(fakegithub.Fault{Path: "/api/v3/installation/repositories", Strike: func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)

		return true
	}})

	_, err := b.installation.Repositories(t.Context())
	require.Equal(t, Unavailable, ReasonOf(err))
	require.Empty(t, <-shown)
}

func TestConfig_ThatIsNoURL_IsRefused(t *testing.T) {
	t.Parallel()

	for _, config := range []Config{
		{URL: "github.com", APIURL: "https://api.github.com"}, {URL: "https://github.com", APIURL: "ftp://api.github.com"},
		{URL: "https://user:secret@github.com", APIURL: "https://api.github.com"}, {},
	} {
		_, err := New(config, Options{})
		require.ErrorContains(t, err, "which is not the URL of a server")
	}

	client, err := New(Config{URL: "https://github.com/", APIURL: "https://api.github.com"}, Options{})
	require.NoError(t, err)
	require.Equal(t, "https://github.com", client.URL())
	require.Equal(t, "https://api.github.com/graphql", client.endpoints.graphQL.String())
	require.Equal(t, "https://api.github.com/", client.endpoints.rest.String())
}

func TestClient_ByItself_ReachesNothingInternal(t *testing.T) {
	t.Parallel()

	b := setup(t)
	client, err := New(Config{URL: b.server.URL, APIURL: b.server.APIURL}, Options{})
	require.NoError(t, err)

	_, err = client.Convert(t.Context(), "code")
	require.Equal(t, Unavailable, ReasonOf(err))
	require.ErrorIs(t, err, egress.ErrNotPublic)
	require.Empty(t, b.server.Usage())
}
