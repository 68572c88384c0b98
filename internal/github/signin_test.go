package github

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func signIn() SignIn {
	return SignIn{RedirectURL: "https://zeitwork.example/v1/auth/callback", State: "state & more", Verifier: NewVerifier()}
}

// authorize has somebody agree, and returns the parameters that the browser comes back with.
func (b *testBundle) authorize(t *testing.T, s SignIn, decision string) url.Values {
	t.Helper()

	answer := githubtest.Submit(t, b.app.AuthorizeURL(s), map[string]string{"login": githubtest.Developer, "decision": decision})
	require.Equal(t, http.StatusFound, answer.Status, answer.Body)
	require.Equal(t, "zeitwork.example", answer.Location.Host)

	return answer.Location.Query()
}

func TestSignIn_InABrowser(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := signIn()
	back := b.authorize(t, s, "authorize")
	require.Equal(t, s.State, back.Get("state"))

	token, err := b.app.Exchange(t.Context(), s, back.Get("code"))
	require.NoError(t, err)
	require.Equal(t, b.server.Clock.Now().Add(8*time.Hour), token.Access.Expires)

	profile, err := b.app.User(token.Access).Profile(t.Context())
	require.NoError(t, err)
	require.Equal(t, githubtest.Developer, profile.Login)
	require.Equal(t, []string{"ben@example.com"}, profile.Emails)

	_, err = b.app.Exchange(t.Context(), s, back.Get("code"))
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err), "a code is good once")
	require.Contains(t, problem.MessageOf(err), "was used already")

	// After eight hours the token is over, and is replaced by another.
	b.server.Clock.Advance(8*time.Hour + time.Second)
	_, err = b.app.User(token.Access).Profile(t.Context())
	require.Equal(t, Unauthorized, ReasonOf(err))

	fresh, err := b.app.RefreshToken(t.Context(), token)
	require.NoError(t, err)
	_, err = b.app.User(fresh.Access).Profile(t.Context())
	require.NoError(t, err)
	_, err = b.app.RefreshToken(t.Context(), token)
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err), "a refresh token is good once")

	require.NoError(t, b.app.Revoke(t.Context(), fresh.Access))
	_, err = b.app.User(fresh.Access).Profile(t.Context())
	require.Equal(t, Unauthorized, ReasonOf(err))
	require.NoError(t, b.app.Revoke(t.Context(), fresh.Access), "it is over already")
}

func TestSignIn_CodeOfAnotherBrowser_IsOfNoUse(t *testing.T) {
	t.Parallel()

	b := setup(t)
	theirs := signIn()
	code := b.authorize(t, theirs, "authorize").Get("code")

	_, err := b.app.Exchange(t.Context(), signIn(), code)
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err), "the verifier is another one")
}

func TestSignIn_CodeThatIsTooOld_IsOfNoUse(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := signIn()
	code := b.authorize(t, s, "authorize").Get("code")

	b.server.Clock.Advance(10 * time.Minute)
	_, err := b.app.Exchange(t.Context(), s, code)
	require.Equal(t, problem.Unauthorized, problem.CodeOf(err))
}

func TestSignIn_Declined_ComesBackWithoutACode(t *testing.T) {
	t.Parallel()

	b := setup(t)
	back := b.authorize(t, signIn(), "cancel")
	require.Equal(t, "access_denied", back.Get("error"))
	require.Empty(t, back.Get("code"))
}

func TestSignIn_ToAnotherAddress_IsNotSentThere(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := signIn()
	s.RedirectURL = "https://evil.example/v1/auth/callback"

	answer := githubtest.Open(t, b.app.AuthorizeURL(s))
	require.Equal(t, http.StatusBadRequest, answer.Status)
	require.Nil(t, answer.Location)
}

func TestSignIn_WithAnOldClientSecret_IsTheOperatorsToMend(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := signIn()
	code := b.authorize(t, s, "authorize").Get("code")
	b.app.credentials.ClientSecret = "old"

	_, err := b.app.Exchange(t.Context(), s, code)
	require.Equal(t, problem.Unavailable, problem.CodeOf(err))
	require.Contains(t, problem.MessageOf(err), "client secret is not the current one")
	require.NotContains(t, err.Error(), code)
}
