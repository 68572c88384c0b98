package fakegithub

import (
	"net/http"
	"slices"
	"strings"
)

// wantsHash tells whether a request asks for the hash of a commit alone.
func wantsHash(r *http.Request) bool {
	accept := r.Header.Get("Accept")

	return accept == "application/vnd.github.sha" || accept == "application/vnd.github.v3.sha"
}

func (c *call) commitJSON(r *repository, found commit) object {
	api, page := r.api(c.base), c.base+"/"+r.fullName()
	parents := make([]object, 0, len(found.parents))

	for _, parent := range found.parents {
		parents = append(parents, object{"sha": parent, "url": api + "/commits/" + parent, "html_url": page + "/commit/" + parent})
	}

	return object{
		"sha": found.hash, "node_id": nodeID(commitNode, r.id) + found.hash, "url": api + "/commits/" + found.hash, "html_url": page + "/commit/" + found.hash,
		"comments_url": api + "/commits/" + found.hash + "/comments", "parents": parents,
		"author": c.whoSigned(found.author), "committer": c.whoSigned(found.committer),
		"commit": object{
			"message": found.message, "author": found.author.json(), "committer": found.committer.json(), "comment_count": 0,
			"tree": object{"sha": found.tree, "url": api + "/git/trees/" + found.tree}, "url": api + "/git/commits/" + found.hash,
			"verification": object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil},
		},
	}
}

func (s signature) json() object {
	return object{"name": s.name, "email": s.email, "date": stamp(s.at)}
}

// whoSigned returns the account that has the address of a signature.
func (c *call) whoSigned(s signature) any {
	for _, a := range c.accounts {
		if slices.ContainsFunc(a.emails, func(e Email) bool { return e.Verified && strings.EqualFold(e.Address, s.email) }) {
			return a.simple(c.base)
		}
	}

	return nil
}

func getCommit(c *call, r *repository) *answer {
	name := c.r.PathValue("ref")

	if len(r.branches) == 0 {
		return failure(http.StatusConflict, "Git Repository is empty.")
	}

	found, isThere := c.objects.commit(r.resolve(name))
	if !isThere {
		return unprocessable("No commit found for SHA: " + name)
	}

	if wantsHash(c.r) {
		return &answer{status: http.StatusOK, text: &found.hash}
	}

	before := ""
	if len(found.parents) > 0 {
		parent, _ := c.objects.commit(found.parents[0])
		before = parent.tree
	}

	described := c.commitJSON(r, found)
	described["files"] = c.changedFiles(r, before, found)
	described["stats"] = object{"additions": 0, "deletions": 0, "total": 0}

	return ok(described)
}

func listCommits(c *call, r *repository) *answer {
	if len(r.branches) == 0 {
		return failure(http.StatusConflict, "Git Repository is empty.")
	}

	name := c.r.URL.Query().Get("sha")
	if name == "" {
		name = "HEAD"
	}

	hash := r.resolve(name)
	if hash == "" {
		return notFound()
	}

	return page(c, c.objects.ancestors(hash), func(part []string) any { return c.commitsJSON(r, part) })
}

func (c *call) commitsJSON(r *repository, hashes []string) []object {
	all := make([]object, len(hashes))
	for n, hash := range hashes {
		found, _ := c.objects.commit(hash)
		all[n] = c.commitJSON(r, found)
	}

	return all
}
