package fakegithub

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// shaMediaType asks for the hash of a commit alone.
const shaMediaType = "application/vnd.github.sha"

func (c *call) commitJSON(r *repository, found commit) object {
	api, page := r.api(c.base), c.base+"/"+r.fullName()
	parents := []object{}

	for _, parent := range found.parents {
		parents = append(parents, object{"sha": parent, "url": api + "/commits/" + parent, "html_url": page + "/commit/" + parent})
	}

	return object{
		"sha": found.hash, "node_id": nodeID(commitNode, r.id) + found.hash, "url": api + "/commits/" + found.hash, "html_url": page + "/commit/" + found.hash,
		"comments_url": api + "/commits/" + found.hash + "/comments", "parents": parents, "author": c.whoSigned(found.author), "committer": c.whoSigned(found.committer),
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

	if c.r.Header.Get("Accept") == shaMediaType {
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

// mergeBase returns the nearest commit that both have; empty for none.
func (s objectStore) mergeBase(a, b string) string {
	ofB := s.ancestors(b)

	for _, hash := range s.ancestors(a) {
		if slices.Contains(ofB, hash) {
			return hash
		}
	}

	return ""
}

func compareCommits(c *call, r *repository) *answer {
	from, to, isRange := strings.Cut(c.r.PathValue("basehead"), "...")

	base, isBase := c.objects.commit(r.resolve(from))
	head, isHead := c.objects.commit(r.resolve(to))

	if !isRange || !isBase || !isHead {
		return notFound()
	}

	common, isRelated := c.objects.commit(c.objects.mergeBase(base.hash, head.hash))
	if !isRelated {
		return failure(http.StatusNotFound, "No common ancestor between "+from+" and "+to+".")
	}

	ahead := c.without(head.hash, base.hash)
	behind := c.without(base.hash, head.hash)
	status := map[[2]bool]string{{false, false}: "identical", {true, false}: "ahead", {false, true}: "behind", {true, true}: "diverged"}
	api, web := r.api(c.base)+"/compare/"+from+"..."+to, c.base+"/"+r.fullName()+"/compare/"+from+"..."+to

	slices.Reverse(ahead)

	return ok(object{
		"url": api, "html_url": web, "permalink_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch", "base_commit": c.commitJSON(r, base),
		"merge_base_commit": c.commitJSON(r, common), "status": status[[2]bool{len(ahead) > 0, len(behind) > 0}], "ahead_by": len(ahead),
		"behind_by": len(behind), "total_commits": len(ahead), "commits": c.commitsJSON(r, ahead), "files": c.changedFiles(r, common.tree, head),
	})
}

// without returns the commits that lead to one commit and not to the other.
func (c *call) without(hash, other string) []string {
	theirs := c.objects.ancestors(other)

	return slices.DeleteFunc(c.objects.ancestors(hash), func(h string) bool { return slices.Contains(theirs, h) })
}

// changedFiles says which files are otherwise in a commit than in a tree, in order of their paths. Lines are not counted.
func (c *call) changedFiles(r *repository, tree string, to commit) []object {
	before, after := c.objects.files(tree), c.objects.files(to.tree)
	paths := maps.Clone(before)
	maps.Copy(paths, after)

	all := []object{}

	for _, path := range slices.Sorted(maps.Keys(paths)) {
		was, wasThere := before[path]
		is, isThere := after[path]
		status := "modified"

		switch {
		case was == is:
			continue
		case !wasThere:
			status = "added"
		case !isThere:
			status = "removed"
			is = was
		}

		page := c.base + "/" + r.fullName()
		sum := sha256.Sum256([]byte(path))
		all = append(all, object{
			"sha": is.hash, "filename": path, "status": status, "additions": 0, "deletions": 0, "changes": 0,
			"blob_url": page + "/blob/" + to.hash + "/" + path + "#diff-" + hex.EncodeToString(sum[:4]), "raw_url": page + "/raw/" + to.hash + "/" + path,
			"contents_url": r.api(c.base) + "/contents/" + path + "?ref=" + to.hash,
		})
	}

	return all
}
