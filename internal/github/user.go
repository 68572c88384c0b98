package github

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/go-github/v66/github"
)

// User acts for somebody who has signed in.
type User struct {
	app   *App
	asker *asker
}

// User returns what acts with a user's token.
func (a *App) User(token Token) *User {
	return &User{app: a, asker: a.client.asking(newBudget(a.client.now), func(*http.Request) (string, error) {
		return "Bearer " + token.Reveal(), nil
	})}
}

// Profile is who has signed in.
type Profile struct {
	Account

	Name string
	// Emails are the addresses that GitHub has verified, in lower case, the primary one first. They are empty where the App may not read addresses.
	Emails []string
}

// Profile returns who has signed in.
func (u *User) Profile(ctx context.Context) (Profile, error) {
	found, _, err := u.asker.rest.Users.Get(ctx, "")
	if err != nil {
		return Profile{}, explain(ctx, err)
	}

	profile := Profile{Account: accountOf(found), Name: found.GetName()}

	emails, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.UserEmail, *github.Response, error) {
		return u.asker.rest.Users.ListEmails(ctx, &options)
	})

	switch reason := ReasonOf(err); {
	case reason == Forbidden || reason == NotFound:
		return profile, nil
	case err != nil:
		return Profile{}, err
	}

	for _, email := range emails {
		if !email.GetVerified() {
			continue
		}

		address := strings.ToLower(email.GetEmail())
		if email.GetPrimary() {
			profile.Emails = append([]string{address}, profile.Emails...)
		} else {
			profile.Emails = append(profile.Emails, address)
		}
	}

	return profile, nil
}

// Installations returns the installations of the App on accounts in which the user has any part.
func (u *User) Installations(ctx context.Context) ([]InstallationState, error) {
	found, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Installation, *github.Response, error) {
		return u.asker.rest.Apps.ListUserInstallations(ctx, &options)
	})
	if err != nil {
		return nil, err
	}

	states := make([]InstallationState, len(found))
	for n, i := range found {
		states[n] = stateOf(i)
	}

	return states, nil
}

// Repositories returns the repositories of an installation that the user sees too.
func (u *User) Repositories(ctx context.Context, installation int64) ([]Repository, error) {
	found, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Repository, *github.Response, error) {
		list, response, err := u.asker.rest.Apps.ListUserRepos(ctx, installation, &options)
		if err != nil {
			return nil, response, err
		}

		return list.Repositories, response, nil
	})
	if err != nil {
		return nil, err
	}

	return repositoriesOf(found), nil
}

// Administers tells whether the user may decide for the account of an installation: it is the user's own, or an organization whose owner the user is.
// GitHub tells the latter only where the installation has the permission "members": "read"; without it the answer is a Forbidden error, never true.
func (u *User) Administers(ctx context.Context, account Account) (bool, error) {
	found, _, err := u.asker.rest.Users.Get(ctx, "")
	if err != nil {
		return false, explain(ctx, err)
	}

	// By id: a login that was given up can be taken by somebody else.
	if !account.IsOrganization {
		return found.GetID() == account.ID, nil
	}

	membership, _, err := u.asker.rest.Organizations.GetOrgMembership(ctx, "", account.Login)

	switch err = explain(ctx, err); {
	case ReasonOf(err) == NotFound:
		return false, nil
	case err != nil:
		return false, err
	}

	return membership.GetOrganization().GetID() == account.ID && membership.GetUser().GetID() == found.GetID() && membership.GetState() == "active" &&
		membership.GetRole() == "admin", nil
}

// Revoke ends the user's token.
func (a *App) Revoke(ctx context.Context, token Token) error {
	asker := a.client.asking(a.client.anonymous, func(request *http.Request) (string, error) {
		request.SetBasicAuth(a.credentials.ClientID, a.credentials.ClientSecret)

		return request.Header.Get("Authorization"), nil
	})

	_, err := asker.rest.Authorizations.Revoke(ctx, a.credentials.ClientID, token.Reveal())
	if err = explain(ctx, err); ReasonOf(err) == NotFound {
		return nil
	}

	return err
}
