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

	repositories, areThere := c.wantedRepositories(i, wanted)
	if !areThere {
		return unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
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
		list := make([]*repository, 0, len(repositories))
		for _, id := range slices.Sorted(maps.Keys(repositories)) {
			list = append(list, c.repositories[id])
		}

		described["repository_selection"], described["repositories"] = "selected", c.repositoriesJSON(list)
	}

	return created(described)
}

// wantedRepositories returns the ids of the repositories that a token is to be for; nil for all. It returns false where the installation lacks one.
func (c *call) wantedRepositories(i *installation, wanted wantedToken) (map[int64]bool, bool) {
	if len(wanted.RepositoryIDs)+len(wanted.Repositories) == 0 {
		return nil, true
	}

	list := make([]*repository, 0, len(wanted.RepositoryIDs)+len(wanted.Repositories))
	for _, id := range wanted.RepositoryIDs {
		list = append(list, c.repositories[id])
	}

	for _, name := range wanted.Repositories {
		list = append(list, i.account.repositories[strings.ToLower(name)])
	}

	ids := map[int64]bool{}

	for _, r := range list {
		if r == nil || !i.has(r) {
			return nil, false
		}

		ids[r.id] = true
	}

	return ids, true
}

func revokeInstallationToken(c *call) *answer {
	delete(c.tokens, c.token.text)

	return noContent()
}
