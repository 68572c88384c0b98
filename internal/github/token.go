package github

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v66/github"
)

// tokenMargin is how long before its end a token is made anew: whoever gets one has at least that long to use it.
const tokenMargin = 10 * time.Minute

// Token is a bearer token. However it is printed or encoded, its text is left out.
type Token struct {
	text    string
	Expires time.Time
}

const redacted = "[redacted]"

// Reveal returns the text. It belongs in a header, and in no URL, argument, log line or error.
func (t Token) Reveal() string { return t.text }

// GitHeader returns the value of Authorization with which git fetches.
func (t Token) GitHeader() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+t.text))
}

// String leaves the text out.
func (t Token) String() string { return redacted }

// GoString leaves the text out of what %#v prints.
func (t Token) GoString() string { return redacted }

// LogValue leaves the text out of logs.
func (t Token) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText leaves the text out of JSON and whatever else.
func (t Token) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// cachedToken is a token of one kind. Its mutex is held while one is made, so that many who want it ask once.
type cachedToken struct {
	mutex sync.Mutex
	token Token
	// failed is why there is none, where GitHub is not asked again until retry.
	failed error
	retry  time.Time
}

// failedFor is how long GitHub is not asked again for a token that it has refused for a reason which lasts. All installations share what the App may ask
// for, and one that is gone must not use it up.
const failedFor = 20 * time.Second

// Token returns a token for one repository with these permissions alone. It is kept in memory and good for ten minutes at least.
func (i *Installation) Token(ctx context.Context, repository int64, permissions Permissions) (Token, error) {
	return i.cached(ctx, fmt.Sprintf("%d %s", repository, permissions.key()), []int64{repository}, permissions)
}

// wide returns a token for all repositories of the installation. The package reads with it what is polled, of which there may be thousands of repositories:
// a token for each of them would use the App's own limit up. It is never handed out.
func (i *Installation) wide(ctx context.Context, permissions Permissions) (Token, error) {
	return i.cached(ctx, "all "+permissions.key(), nil, permissions)
}

func (i *Installation) cached(ctx context.Context, key string, repositories []int64, permissions Permissions) (Token, error) {
	i.mutex.Lock()
	i.forgetOver()

	cached := i.tokens[key]
	if cached == nil {
		cached = &cachedToken{}
		i.tokens[key] = cached
	}
	i.mutex.Unlock()

	cached.mutex.Lock()
	defer cached.mutex.Unlock()

	now := i.app.client.now()

	switch {
	case now.Add(tokenMargin).Before(cached.token.Expires):
		return cached.token, nil
	case now.Before(cached.retry):
		return Token{}, cached.failed
	}

	made, err := i.make(ctx, repositories, permissions)
	if err != nil {
		if reason := ReasonOf(err); reason != "" && reason != Limited && reason != Unavailable {
			cached.failed, cached.retry = err, now.Add(failedFor)
		}

		return Token{}, err
	}

	cached.token = made

	return made, nil
}

// forgetOver drops tokens that are over; the mutex is held. One that is being made is left alone.
func (i *Installation) forgetOver() {
	for key, cached := range i.tokens {
		if !cached.mutex.TryLock() {
			continue
		}

		if now := i.app.client.now(); !now.Before(cached.token.Expires) && !now.Before(cached.retry) {
			delete(i.tokens, key)
		}

		cached.mutex.Unlock()
	}
}

func (i *Installation) make(ctx context.Context, repositories []int64, permissions Permissions) (Token, error) {
	wanted, err := permissions.wanted()
	if err != nil {
		return Token{}, err
	}

	made, _, err := i.app.asker.rest.Apps.CreateInstallationToken(ctx, i.id, &github.InstallationTokenOptions{
		RepositoryIDs: repositories, Permissions: wanted,
	})
	if err != nil {
		return Token{}, tokenError(appError(explain(ctx, err)))
	}

	return Token{text: made.GetToken(), Expires: made.GetExpiresAt().Time}, nil
}

// tokenError reads what it means that there is no token.
func tokenError(err error) error {
	if e, ok := asError(err); ok && e.Reason == Rejected && e.Status == http.StatusUnprocessableEntity {
		// GitHub says this of a repository and of a permission that the installation does not have.
		reason := NotFound
		if strings.Contains(e.Detail, "permissions") {
			reason = Forbidden
		}

		return (&Error{Reason: reason, Status: e.Status, Detail: e.Detail}).problem()
	}

	return asUninstalled(err)
}

// Forget drops all tokens, so that the next ones are made anew.
func (i *Installation) Forget() {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	i.tokens = map[string]*cachedToken{}
}
