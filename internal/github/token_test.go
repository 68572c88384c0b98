package github

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// status asks the API with a token and returns the status of the answer.
func (b *testBundle) status(t *testing.T, token Token, method, path string) int {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, b.server.APIURL+path, strings.NewReader(`{"state":"success"}`))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token.Reveal())

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode
}

// refs asks for the refs of a repository as git does.
func (b *testBundle) refs(t *testing.T, token Token, name string) int {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+"/"+name+".git/info/refs?service=git-upload-pack", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", token.GitHeader())

	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	return response.StatusCode
}

func TestToken_IsForOneRepositoryAndItsPermissionsAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "secret", Private: true})

	token, err := b.installation.Token(t.Context(), b.Repository, ReadContents())
	require.NoError(t, err)
	require.Equal(t, b.server.Clock.Now().Add(time.Hour), token.Expires.UTC())

	require.Equal(t, http.StatusOK, b.status(t, token, http.MethodGet, "/repos/acme/shop/commits"))
	require.Equal(t, http.StatusOK, b.refs(t, token, "acme/shop"))
	require.Equal(t, http.StatusNotFound, b.refs(t, token, "acme/secret"))
	require.Equal(t, http.StatusNotFound, b.status(t, token, http.MethodGet, "/repos/acme/secret"))
	require.Equal(t, http.StatusForbidden, b.status(t, token, http.MethodPost, "/repos/acme/shop/statuses/"+b.Commit))

	token, err = b.installation.Token(t.Context(), b.Repository, Permissions{"statuses": "write"})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, b.status(t, token, http.MethodPost, "/repos/acme/shop/statuses/"+b.Commit))
	require.Equal(t, http.StatusForbidden, b.status(t, token, http.MethodGet, "/repos/acme/shop/commits"))
}

func TestToken_OfWhatTheInstallationDoesNotHave_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	foreign := b.server.AddRepository(fakegithub.Repository{Owner: githubtest.Stranger, Name: "hers", Private: true})

	_, err := b.installation.Token(t.Context(), foreign, ReadContents())
	require.Equal(t, NotFound, ReasonOf(err))

	_, err = b.installation.Token(t.Context(), b.Repository, Permissions{"contents": "write"})
	require.Equal(t, Forbidden, ReasonOf(err))
}

func TestToken_ForNoPermission_IsNeverAskedFor(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, permissions := range []Permissions{nil, {}, {"nonsense": "read"}, {"contents": "read", "nonsense": "read"}} {
		_, err := b.installation.Token(t.Context(), b.Repository, permissions)
		require.ErrorContains(t, err, "a token cannot be for the permissions")
	}

	require.Empty(t, b.server.Usage())
}

func TestToken_IsMadeOnceAndAgainBeforeItEnds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	tokens := make([]string, 8)

	var asked sync.WaitGroup

	for n := range tokens {
		asked.Go(func() {
			token, err := b.installation.Token(t.Context(), b.Repository, ReadContents())
			if err == nil {
				tokens[n] = token.Reveal()
			}
		})
	}

	asked.Wait()

	for _, token := range tokens {
		require.NotEmpty(t, token)
		require.Equal(t, tokens[0], token)
	}

	caller := fmt.Sprintf("app %d", b.App.ID)
	require.Equal(t, 1, b.server.Usage()[caller].Requests)

	b.server.Clock.Advance(time.Hour - tokenMargin - time.Second)
	token, err := b.installation.Token(t.Context(), b.Repository, ReadContents())
	require.NoError(t, err)
	require.Equal(t, tokens[0], token.Reveal())

	b.server.Clock.Advance(2 * time.Second)
	token, err = b.installation.Token(t.Context(), b.Repository, ReadContents())
	require.NoError(t, err)
	require.NotEqual(t, tokens[0], token.Reveal())
	require.Equal(t, 2, b.server.Usage()[caller].Requests)
}

func TestToken_StandsInNothingThatIsPrinted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	token, err := b.installation.Token(t.Context(), b.Repository, ReadContents())
	require.NoError(t, err)

	user := UserToken{Access: token, Refresh: token}
	encoded, err := json.Marshal(map[string]any{"token": token, "user": user, "in": &token})
	require.NoError(t, err)

	var log bytes.Buffer

	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("made", "token", token, "user", user, "app", b.app.credentials)
	}

	printed := log.String() + string(encoded) + fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v", token, token, token, token, token, user, user, user) +
		fmt.Sprintf("%v %+v %#v %s", b.app.credentials, b.app.credentials, b.app.credentials, b.app.credentials)

	for _, secret := range []string{token.Reveal(), b.App.ClientSecret, "PRIVATE KEY"} {
		require.NotContains(t, printed, secret)
	}
}
