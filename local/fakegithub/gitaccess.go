package fakegithub

import (
	"net/http"
	"strings"
)

// admitGit finds the repository of a request and checks that the caller may fetch from it, or push to it. It returns the status of the answer, and where
// to go for one that the repository has moved.
func (s *Server) admitGit(r *http.Request, isPush bool) (*repository, int, string) {
	owner, name := r.PathValue("owner"), strings.TrimSuffix(r.PathValue("repo"), ".git")
	c := &call{Server: s, r: r, base: baseOf(r)}
	found := s.findRepository(owner, name)

	if person := c.person(); person != nil {
		return found, accessOf(person, found, isPush), ""
	}

	if !c.showsToken() {
		return nil, http.StatusUnauthorized, ""
	}

	if moved := s.repositories[s.renamed[strings.ToLower(owner+"/"+name)]]; found == nil && moved != nil && c.sees(moved) {
		rest := strings.TrimPrefix(r.URL.RequestURI(), "/"+owner+"/"+r.PathValue("repo"))

		return nil, http.StatusMovedPermanently, c.base + "/" + moved.fullName() + ".git" + rest
	}

	return found, c.gitStatus(found, isPush), ""
}

// person returns the user that git names; nil for none. Nobody has a password here, but what looks like a token is one.
func (c *call) person() *account {
	user, password, _ := c.r.BasicAuth()

	found := c.findAccount(user)
	if found == nil || found.kind != kindUser || strings.HasPrefix(password, "gh") {
		return nil
	}

	return found
}

// showsToken takes the token that git shows as a password. It returns false for one that is over or never was; to show none is fine.
func (c *call) showsToken() bool {
	_, password, hasPassword := c.r.BasicAuth()
	if !hasPassword {
		return true
	}

	c.token = c.tokens[password]

	return c.token != nil && c.now().Before(c.token.expires) && (c.token.installation == nil || c.token.installation.suspended.IsZero())
}

// gitStatus says how a caller with a token, or without one, is answered.
func (c *call) gitStatus(found *repository, isPush bool) int {
	permission := "contents:read"
	if isPush {
		permission = "contents:write"
	}

	isSeen := found != nil && c.sees(found)

	switch {
	case isSeen && c.may(found, permission) && (!isPush || !found.archived):
		return http.StatusOK
	case c.token == nil:
		return http.StatusUnauthorized
	case isSeen:
		return http.StatusForbidden
	default:
		return http.StatusNotFound
	}
}

// accessOf says how a person is answered.
func accessOf(person *account, found *repository, isPush bool) int {
	switch {
	case found == nil || !person.belongsTo(found.owner):
		return http.StatusNotFound
	case isPush && found.archived:
		return http.StatusForbidden
	default:
		return http.StatusOK
	}
}
