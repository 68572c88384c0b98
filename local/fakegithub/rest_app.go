package fakegithub

import (
	"slices"
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
