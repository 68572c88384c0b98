package fakegithub

import (
	"maps"
	"time"
)

// object is a JSON object.
type object = map[string]any

// simple returns what other objects say of an account.
func (a *account) simple(base string) object {
	api := base + apiPrefix + "/users/" + a.login

	return object{
		"login": a.login, "id": a.id, "node_id": a.node(), "type": a.kind, "site_admin": false, "gravatar_id": "", "url": api,
		"avatar_url": base + "/avatars/" + a.login, "html_url": base + "/" + a.login, "followers_url": api + "/followers",
		"following_url": api + "/following{/other_user}", "gists_url": api + "/gists{/gist_id}", "starred_url": api + "/starred{/owner}{/repo}",
		"subscriptions_url": api + "/subscriptions", "organizations_url": api + "/orgs", "repos_url": api + "/repos",
		"events_url": api + "/events{/privacy}", "received_events_url": api + "/received_events",
	}
}

// public returns what everybody sees of a user.
func (a *account) public(base string) object {
	user := a.simple(base)
	maps.Copy(user, object{
		"user_view_type": "public", "name": nullable(a.name), "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil,
		"public_repos": 0,
		"public_gists": 0, "followers": 0, "following": 0, "created_at": stamp(a.created), "updated_at": stamp(a.created),
	})

	for _, email := range a.emails {
		if email.Public {
			user["email"] = email.Address
		}
	}

	return user
}

// asOrganization returns what memberships say of an organization.
func (a *account) asOrganization(base string) object {
	api := base + apiPrefix + "/orgs/" + a.login

	return object{
		"login": a.login, "id": a.id, "node_id": a.node(), "url": api, "repos_url": api + "/repos", "events_url": api + "/events",
		"hooks_url": api + "/hooks", "issues_url": api + "/issues", "members_url": api + "/members{/member}",
		"public_members_url": api + "/public_members{/member}", "avatar_url": base + "/avatars/" + a.login, "description": nil,
	}
}

// nullable returns null for the empty text.
func nullable(text string) any {
	if text == "" {
		return nil
	}

	return text
}

// stamp writes a time as GitHub does, in seconds.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// nullableStamp returns null for the zero time.
func nullableStamp(at time.Time) any {
	if at.IsZero() {
		return nil
	}

	return stamp(at)
}
