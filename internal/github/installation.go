package github

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/google/go-github/v66/github"
)

// Installation acts for one account that has the App. It may be used by several goroutines.
type Installation struct {
	app    *App
	id     int64
	budget *budget

	mutex  sync.Mutex
	tokens map[string]*cachedToken
}

// PollInterval is how long GitHub wants between two looks at the same thing; zero where it has not said.
func (i *Installation) PollInterval() time.Duration { return i.budget.pollInterval() }

// asking returns what asks with the token that a function gives.
func (i *Installation) asking(token func(ctx context.Context) (Token, error)) *asker {
	return i.app.client.asking(i.budget, func(request *http.Request) (string, error) {
		t, err := token(request.Context())
		if err != nil {
			return "", err
		}

		return "Bearer " + t.Reveal(), nil
	})
}

// all asks for any repository of the installation, with these permissions.
func (i *Installation) all(permissions Permissions) *asker {
	return i.asking(func(ctx context.Context) (Token, error) { return i.wide(ctx, permissions) })
}

// one asks for one repository, with these permissions.
func (i *Installation) one(repository int64, permissions Permissions) *asker {
	return i.asking(func(ctx context.Context) (Token, error) { return i.Token(ctx, repository, permissions) })
}

// Repositories returns the repositories that the installation has.
func (i *Installation) Repositories(ctx context.Context) ([]Repository, error) {
	asker := i.all(ReadContents())

	found, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Repository, *github.Response, error) {
		list, response, err := asker.rest.Apps.ListRepos(ctx, &options)
		if err != nil {
			return nil, response, err
		}

		return list.Repositories, response, nil
	})
	if err != nil {
		return nil, i.explain(err)
	}

	return repositoriesOf(found), nil
}

// explain reads what an error means for an installation whose token was made before: a token that is no longer accepted has to be made anew.
func (i *Installation) explain(err error) error {
	e, ok := asError(err)
	if !ok || e.Reason != Unauthorized {
		return err
	}

	i.Forget()

	return (&Error{Reason: Unavailable, Status: e.Status, Detail: "the token of the installation is no longer accepted", Cause: e}).problem()
}
