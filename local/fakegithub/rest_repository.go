package fakegithub

import (
	"encoding/base64"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

func getRepository(c *call, r *repository) *answer { return ok(r.full(c.base)) }

func listBranches(c *call, r *repository) *answer {
	return page(c, slices.Sorted(maps.Keys(r.branches)), func(part []string) any {
		all := make([]object, len(part))
		for n, name := range part {
			all[n] = object{"name": name, "commit": object{"sha": r.branches[name], "url": r.api(c.base) + "/commits/" + r.branches[name]}, "protected": false}
		}

		return all
	})
}

func getBranch(c *call, r *repository) *answer {
	name := c.r.PathValue("branch")

	found, isThere := c.objects.commit(r.branches[name])
	if !isThere {
		return failure(http.StatusNotFound, "Branch not found")
	}

	api := r.api(c.base) + "/branches/" + name

	return ok(object{
		"name": name, "commit": c.commitJSON(r, found), "protected": false, "protection_url": api + "/protection",
		"_links":     object{"self": api, "html": c.base + "/" + r.fullName() + "/tree/" + name},
		"protection": object{"enabled": false, "required_status_checks": object{"enforcement_level": "off", "contexts": []string{}, "checks": []object{}}},
	})
}

func (c *call) refJSON(r *repository, found ref) object {
	return object{
		"ref": found.name, "node_id": nodeID(refNode, r.id) + base64.RawURLEncoding.EncodeToString([]byte(found.name)), "url": r.api(c.base) + "/git/" + found.name,
		"object": object{"sha": found.hash, "type": commitObject, "url": r.api(c.base) + "/git/commits/" + found.hash},
	}
}

func getRef(c *call, r *repository) *answer {
	if len(r.branches) == 0 {
		return failure(http.StatusConflict, "Git Repository is empty.")
	}

	for _, found := range r.refs() {
		if found.name == "refs/"+c.r.PathValue("ref") {
			return ok(c.refJSON(r, found))
		}
	}

	return notFound()
}

func listMatchingRefs(c *call, r *repository) *answer {
	if len(r.branches) == 0 {
		return failure(http.StatusConflict, "Git Repository is empty.")
	}

	all := []object{}

	for _, found := range r.refs() {
		if strings.HasPrefix(found.name, "refs/"+c.r.PathValue("ref")) {
			all = append(all, c.refJSON(r, found))
		}
	}

	return ok(all)
}

// getContents answers with a file, or with what is in a folder.
func getContents(c *call, r *repository) *answer {
	wanted := strings.Trim(path.Clean("/"+c.r.PathValue("path")), "/")
	name := c.r.URL.Query().Get("ref")

	if name == "" {
		name = "HEAD"
	}

	at, isThere := c.objects.commit(r.resolve(name))
	if !isThere {
		return failure(http.StatusNotFound, "No commit found for the ref "+name)
	}

	tree := entry{mode: treeMode, hash: at.tree}

	for part := range strings.SplitSeq(wanted, "/") {
		if wanted == "" {
			break
		}

		entries := c.objects.entries(tree.hash)

		index := slices.IndexFunc(entries, func(e entry) bool { return tree.mode == treeMode && e.name == part })
		if index < 0 {
			return notFound()
		}

		tree = entries[index]
	}

	if tree.mode != treeMode {
		described := c.entryJSON(r, name, wanted, tree)
		described["content"] = base64.StdEncoding.EncodeToString(c.objects[tree.hash].data)
		described["encoding"] = "base64"

		return ok(described)
	}

	all := []object{}
	for _, e := range c.objects.entries(tree.hash) {
		all = append(all, c.entryJSON(r, name, strings.Trim(wanted+"/"+e.name, "/"), e))
	}

	return ok(all)
}

func (c *call) entryJSON(r *repository, ref, at string, e entry) object {
	api, kind, git, download := r.api(c.base)+"/contents/"+at+"?ref="+ref, "file", "blobs", any(c.base+"/"+r.fullName()+"/raw/"+ref+"/"+at)

	switch e.mode {
	case treeMode:
		kind, git, download = "dir", "trees", nil
	case SymlinkMode:
		kind = "symlink"
	}

	web := c.base + "/" + r.fullName() + "/blob/" + ref + "/" + at
	gitURL := r.api(c.base) + "/git/" + git + "/" + e.hash
	described := object{
		"type": kind, "name": path.Base(at), "path": at, "sha": e.hash, "size": len(c.objects[e.hash].data), "url": api, "html_url": web, "git_url": gitURL,
		"download_url": download, "_links": object{"self": api, "git": gitURL, "html": web},
	}

	if kind == "symlink" {
		described["target"] = string(c.objects[e.hash].data)
	}

	if kind == "dir" {
		described["size"] = 0
	}

	return described
}
