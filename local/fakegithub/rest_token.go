package fakegithub

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// wantedToken is what an app asks of a token.
type wantedToken struct {
	RepositoryIDs []int64           `json:"repository_ids"`
	Repositories  []string          `json:"repositories"`
	Permissions   map[string]string `json:"permissions"`
}

func createInstallationToken(c *call) *answer {
	wanted := wantedToken{}
	i := c.ownInstallation()

	switch {
	case i == nil:
		return notFound()
	case !i.suspended.IsZero():
		return failure(http.StatusForbidden, "This installation has been suspended")
	case !c.read(&wanted):
		return problemsParsing()
	}

	var repositories map[int64]bool

	if len(wanted.RepositoryIDs)+len(wanted.Repositories) > 0 {
		repositories = map[int64]bool{}
	}

	for _, id := range wanted.RepositoryIDs {
		r := c.repositories[id]
		if r == nil || !i.has(r) {
			return unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}

		repositories[id] = true
	}

	for _, name := range wanted.Repositories {
		r := i.account.repositories[strings.ToLower(name)]
		if r == nil || !i.has(r) {
			return unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}

		repositories[r.id] = true
	}

	permissions := i.permissions
	if wanted.Permissions != nil {
		permissions = maps.Clone(wanted.Permissions)
		permissions["metadata"] = "read"
	}

	for name, level := range permissions {
		if grade(level) > grade(i.permissions[name]) {
			return unprocessable("The permissions requested are not granted to this installation.")
		}
	}

	t := c.addInstallationToken(i, permissions, repositories)
	described := object{
		"token": t.text, "expires_at": stamp(t.expires), "permissions": permissions, "repository_selection": i.selection(),
	}

	if repositories != nil {
		described["repository_selection"] = "selected"
		list := []object{}

		for _, id := range slices.Sorted(maps.Keys(repositories)) {
			list = append(list, c.repositories[id].json(c.base))
		}

		described["repositories"] = list
	}

	return created(described)
}

func revokeInstallationToken(c *call) *answer {
	delete(c.tokens, c.token.text)

	return noContent()
}
