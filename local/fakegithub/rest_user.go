package fakegithub

import (
	"net/http"
	"slices"
	"strings"
)

func getAuthenticatedUser(c *call) *answer { return ok(c.token.user.public(c.base)) }

func getUser(c *call) *answer {
	a := c.findAccount(c.r.PathValue("username"))
	if a == nil {
		return notFound()
	}

	return ok(a.public(c.base))
}

func listEmails(c *call) *answer {
	return page(c, c.token.user.emails, func(part []Email) any {
		all := make([]object, 0, len(part))

		for _, email := range part {
			visibility := any(nil)

			switch {
			case email.Public:
				visibility = "public"
			case email.Primary:
				visibility = "private"
			}

			all = append(all, object{"email": email.Address, "primary": email.Primary, "verified": email.Verified, "visibility": visibility})
		}

		return all
	})
}

// installationsFor returns the installations of the token's app on accounts of which the user sees something.
func (c *call) installationsFor() []*installation {
	return slices.DeleteFunc(c.installationsOf(c.token.app), func(i *installation) bool { return !c.token.user.belongsTo(i.account) })
}

func listUserInstallations(c *call) *answer {
	all := c.installationsFor()

	return page(c, all, func(part []*installation) any {
		return object{"total_count": len(all), "installations": c.installationsJSON(part)}
	})
}

func listUserInstallationRepositories(c *call) *answer {
	i := c.installations[c.number("installation_id")]

	switch {
	case i == nil || !slices.Contains(c.installationsFor(), i):
		return notFound()
	case !i.suspended.IsZero():
		return failure(http.StatusForbidden, "This installation has been suspended")
	}

	all := c.repositoriesOf(i)

	return page(c, all, func(part []*repository) any {
		return object{"total_count": len(all), "repository_selection": i.selection(), "repositories": c.repositoriesJSON(part)}
	})
}

// getMembership answers only where the organization has the app with a permission for its members.
func getMembership(c *call) *answer {
	organization := c.findAccount(c.r.PathValue("org"))
	if organization == nil || organization.kind != kindOrganization {
		return notFound()
	}

	i := c.findInstallation(c.token.app, organization)
	if i == nil || grade(i.permissions["members"]) < grade("read") {
		return notAccessible()
	}

	role := organization.members[c.token.user.id]
	if role == "" {
		return notFound()
	}

	return ok(object{
		"url": c.base + apiPrefix + "/orgs/" + organization.login + "/memberships/" + c.token.user.login, "state": "active", "role": role,
		"organization_url": c.base + apiPrefix + "/orgs/" + organization.login, "organization": organization.asOrganization(c.base),
		"user": c.token.user.simple(c.base),
	})
}

// deleteUserToken ends a user's token, or all that an app has of the user. The app shows its client secret as a password.
func deleteUserToken(c *call) *answer {
	id, secret, _ := c.r.BasicAuth()

	a := c.appOfClient(c.r.PathValue("client_id"))
	if a == nil || id != a.ClientID || secret != a.ClientSecret {
		return notFound()
	}

	wanted := struct {
		AccessToken string `json:"access_token"`
	}{}
	if !c.read(&wanted) {
		return problemsParsing()
	}

	shown := c.tokens[wanted.AccessToken]
	if shown == nil || shown.app != a {
		return notFound()
	}

	isGrant := strings.HasSuffix(c.r.URL.Path, "/grant")

	for text, t := range c.tokens {
		if t == shown || isGrant && t.app == a && t.user == shown.user {
			delete(c.tokens, text)
		}
	}

	return noContent()
}
