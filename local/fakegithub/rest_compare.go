package fakegithub

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
)

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

	all := make([]object, 0, len(paths))

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
