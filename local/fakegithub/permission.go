package fakegithub

import (
	"net/http"
	"strconv"
	"strings"
)

// grade orders what permissions allow.
func grade(level string) int {
	return map[string]int{"read": 1, "write": 2, "admin": 3}[level] //nolint:mnd // An order.
}

// sees tells whether the caller knows that a repository is there.
func (c *call) sees(r *repository) bool {
	if !r.private {
		return true
	}

	switch {
	case c.token == nil:
		return false
	case c.token.installation != nil:
		return c.token.covers(r)
	default:
		return c.token.user.belongsTo(r.owner) && c.installed(r) != nil
	}
}

// installed returns the installation through which the app of a user's token has a repository; nil for none.
func (c *call) installed(r *repository) *installation {
	i := c.findInstallation(c.token.app, r.owner)
	if i == nil || !i.has(r) || !i.suspended.IsZero() {
		return nil
	}

	return i
}

// covers tells whether an installation's token is for a repository.
func (t *token) covers(r *repository) bool {
	return t.installation.has(r) && (t.repositories == nil || t.repositories[r.id])
}

// may tells whether the caller has a permission, such as contents:read, in a repository that it sees. Names with a bar between them are alternatives.
func (c *call) may(r *repository, permission string) bool {
	names, level, _ := strings.Cut(permission, ":")
	isPublicRead := !r.private && level == "read"

	var granted map[string]string

	switch {
	case c.token == nil:
		return isPublicRead
	case c.token.installation != nil && c.token.covers(r):
		granted = c.token.permissions
	case c.token.installation == nil && c.token.user.belongsTo(r.owner):
		if i := c.installed(r); i != nil {
			granted = i.permissions
		}
	}

	for name := range strings.SplitSeq(names, "|") {
		if grade(granted[name]) >= grade(level) {
			return true
		}
	}

	// An installation's token reads what is public elsewhere, but keeps to its permissions where it is installed.
	return isPublicRead && granted == nil
}

// onRepository wraps what is asked of a repository, which the path names by owner and name or by id.
func onRepository(permission string, handle func(c *call, r *repository) *answer) handler {
	return func(c *call) *answer {
		r := c.repositories[c.number("repository_id")]
		if name := c.r.PathValue("repo"); name != "" {
			r = c.findRepository(c.r.PathValue("owner"), name)
			if r == nil {
				return c.redirect(name)
			}
		}

		switch {
		case r == nil || !c.sees(r):
			return notFound()
		case !c.may(r, permission):
			return notAccessible()
		case r.archived && strings.HasSuffix(permission, ":write"):
			return failure(http.StatusForbidden, "Repository was archived so is read-only.")
		}

		return handle(c, r)
	}
}

// redirect answers for a name that a repository had: it names the repository by its id, which never changes.
func (c *call) redirect(name string) *answer {
	key := strings.ToLower(c.r.PathValue("owner") + "/" + name)

	r := c.repositories[c.renamed[key]]
	if r == nil || !c.sees(r) {
		return notFound()
	}

	rest := strings.SplitN(strings.TrimPrefix(c.r.URL.EscapedPath(), apiPrefix+"/repos/"), "/", 3) //nolint:mnd // Owner, name and what follows.
	location := c.base + apiPrefix + "/repositories/" + strconv.FormatInt(r.id, 10)

	if len(rest) > 2 { //nolint:mnd // As above.
		location += "/" + rest[2]
	}

	if c.r.URL.RawQuery != "" {
		location += "?" + c.r.URL.RawQuery
	}

	status := http.StatusMovedPermanently
	if c.r.Method != http.MethodGet {
		status = http.StatusTemporaryRedirect
	}

	return (&answer{status: status, body: object{"message": "Moved Permanently", "url": location, "documentation_url": documentation}}).with("Location", location)
}
