package github

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// NewVerifier returns the secret of a sign-in's PKCE. It stays with the browser's session until the code is exchanged.
func NewVerifier() string { return rand.Text() + rand.Text() }

// SignIn is what a sign-in in the browser begins with.
type SignIn struct {
	// RedirectURL is where GitHub sends the browser back. It has to be one of the App's callback URLs.
	RedirectURL string
	// State comes back as it is and shows that the answer belongs to this browser.
	State string
	// Verifier is from NewVerifier.
	Verifier string
	// Login is the account to suggest; empty for none.
	Login string
}

// AuthorizeURL is where a browser is sent to sign in.
func (a *App) AuthorizeURL(s SignIn) string {
	challenge := sha256.Sum256([]byte(s.Verifier))

	return a.client.at("/login/oauth/authorize", map[string]string{
		"client_id": a.credentials.ClientID, "redirect_uri": s.RedirectURL, "state": s.State, "login": s.Login,
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "code_challenge_method": "S256",
	})
}

// UserToken is what somebody who has signed in lets the App do. Refresh replaces it when it is over.
type UserToken struct {
	Access  Token
	Refresh Token
}

// exchanged is GitHub's answer to a code: a token, or why there is none.
type exchanged struct {
	AccessToken           string `json:"access_token"`
	ExpiresIn             int    `json:"expires_in"`
	RefreshToken          string `json:"refresh_token"`
	RefreshTokenExpiresIn int    `json:"refresh_token_expires_in"`
	Interval              int    `json:"interval"`
	Error                 string `json:"error"`
	ErrorDescription      string `json:"error_description"`
}

// token returns the token of an answer. One without an end of its own counts as one of GitHub's usual eight hours.
func (e exchanged) token(now time.Time) UserToken {
	const usual = 8 * time.Hour

	end := func(seconds int) time.Time {
		if seconds == 0 {
			return now.Add(usual)
		}

		return now.Add(time.Duration(seconds) * time.Second)
	}

	return UserToken{
		Access: Token{text: e.AccessToken, Expires: end(e.ExpiresIn)}, Refresh: Token{text: e.RefreshToken, Expires: end(e.RefreshTokenExpiresIn)},
	}
}

// Exchange gives a token for the code that the browser came back with. A code is good once, for ten minutes, and only with the verifier of its sign-in.
func (a *App) Exchange(ctx context.Context, s SignIn, code string) (UserToken, error) {
	return a.exchange(ctx, map[string]string{
		"client_secret": a.credentials.ClientSecret, "code": code, "redirect_uri": s.RedirectURL, "code_verifier": s.Verifier,
	})
}

// RefreshToken gives a new token for one that is over, which then is good no longer.
func (a *App) RefreshToken(ctx context.Context, token UserToken) (UserToken, error) {
	return a.exchange(ctx, map[string]string{
		"client_secret": a.credentials.ClientSecret, "grant_type": "refresh_token", "refresh_token": token.Refresh.text,
	})
}

func (a *App) exchange(ctx context.Context, parameters map[string]string) (UserToken, error) {
	answer, err := a.post(ctx, "/login/oauth/access_token", parameters)
	if err != nil {
		return UserToken{}, err
	}

	if answer.Error != "" {
		return UserToken{}, answer.problem()
	}

	if answer.AccessToken == "" {
		return UserToken{}, (&Error{Reason: Unavailable, Detail: "the answer to a sign-in has no token"}).problem()
	}

	return answer.token(a.client.now()), nil
}

// problem says what it means that GitHub gives no token.
func (e exchanged) problem() error {
	cause := &Error{Reason: Unauthorized, Detail: e.Error + ": " + e.ErrorDescription}

	switch e.Error {
	case "incorrect_client_credentials", "redirect_uri_mismatch", "device_flow_disabled":
		cause.Reason = Rejected

		return problem.Wrap(cause, problem.Unavailable,
			"GitHub does not accept the platform's GitHub App for signing in: %s. An operator has to mend the App's settings.",
			map[string]string{ //nolint:gosec // These are sentences.
				"incorrect_client_credentials": "its client secret is not the current one",
				"redirect_uri_mismatch":        "the platform's address is not among its callback URLs",
				"device_flow_disabled":         "its device flow is off",
			}[e.Error])
	case "access_denied":
		return problem.Wrap(cause, problem.Forbidden, "The sign-in was declined on GitHub. Sign in again and authorize the App.")
	default:
		return problem.Wrap(cause, problem.Unauthorized, "The sign-in on GitHub has expired or was used already. Sign in again.")
	}
}

// post sends a form to one of GitHub's pages for programs. What it sends is in the body: nothing of it can stand in the log of a proxy.
func (a *App) post(ctx context.Context, path string, parameters map[string]string) (exchanged, error) {
	answer := exchanged{}

	err := a.postInto(ctx, path, parameters, &answer)

	return answer, err
}

func (a *App) postInto(ctx context.Context, path string, parameters map[string]string, answer any) error {
	form := url.Values{"client_id": {a.credentials.ClientID}}
	for name, value := range parameters {
		form.Set(name, value)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.client.at(path, nil), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}

	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")

	asker := a.client.asking(a.client.anonymous, nil)

	response, err := asker.http.Do(request)
	if err != nil {
		return explain(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		return (&Error{Reason: Unavailable, Status: response.StatusCode, Detail: "a sign-in is not answered"}).problem()
	}

	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return (&Error{Reason: Unavailable, Detail: "the answer to a sign-in cannot be read", Cause: err}).problem()
	}

	return nil
}
