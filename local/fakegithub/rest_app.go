package fakegithub

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func getApp(c *call) *answer {
	described := c.app.json(c.base)
	described["installations_count"] = len(c.installationsOf(c.app))

	return ok(described)
}

func (s *Server) installationsOf(a *app) []*installation {
	var list []*installation

	for _, i := range s.installations {
		if i.app == a {
			list = append(list, i)
		}
	}

	slices.SortFunc(list, func(a, b *installation) int { return int(a.id - b.id) })

	return list
}

func listInstallations(c *call) *answer {
	return page(c, c.installationsOf(c.app), func(part []*installation) any { return c.installationsJSON(part) })
}

func (c *call) installationsJSON(list []*installation) []object {
	all := make([]object, len(list))
	for n, i := range list {
		all[n] = i.json(c.base)
	}

	return all
}

// ownInstallation returns the installation that the path names, if it is one of the app that asks.
func (c *call) ownInstallation() *installation {
	i := c.installations[c.number("installation_id")]
	if i == nil || i.app != c.app {
		return nil
	}

	return i
}

func getInstallation(c *call) *answer {
	i := c.ownInstallation()
	if i == nil {
		return notFound()
	}

	return ok(i.json(c.base))
}

func deleteInstallation(c *call) *answer {
	i := c.ownInstallation()
	if i == nil {
		return notFound()
	}

	c.uninstall(i)

	return noContent()
}

func getRepositoryInstallation(c *call) *answer {
	r := c.findRepository(c.r.PathValue("owner"), c.r.PathValue("repo"))
	if r == nil {
		return c.redirect(c.r.PathValue("repo"))
	}

	i := c.findInstallation(c.app, r.owner)
	if i == nil || !i.has(r) {
		return notFound()
	}

	return ok(i.json(c.base))
}

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

func listInstallationRepositories(c *call) *answer {
	t := c.token
	all := slices.DeleteFunc(c.repositoriesOf(t.installation), func(r *repository) bool { return !t.covers(r) })

	selection := t.installation.selection()
	if t.repositories != nil {
		selection = "selected"
	}

	return page(c, all, func(part []*repository) any {
		return object{"total_count": len(all), "repository_selection": selection, "repositories": c.repositoriesJSON(part)}
	})
}

func (c *call) repositoriesJSON(list []*repository) []object {
	all := make([]object, len(list))
	for n, r := range list {
		all[n] = r.json(c.base)
	}

	return all
}

func getRateLimit(c *call) *answer {
	resources := object{}

	for _, resource := range []string{resourceCore, resourceGraphQL, resourceSearch} {
		w := c.usage.state(c.demand(resource), c.now())
		resources[resource] = object{"limit": w.limit, "used": w.used, "remaining": max(w.limit-w.used, 0), "reset": w.reset.Unix()}
	}

	return ok(object{"resources": resources, "rate": resources[resourceCore]})
}
