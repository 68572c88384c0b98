package fakegithub

import (
	"cmp"
	"slices"
	"strings"
)

// refs returns the full names of all branches and tags, in order, with what they point at.
func (r *repository) refs() []ref {
	all := make([]ref, 0, len(r.branches)+len(r.tags))
	for name, hash := range r.branches {
		all = append(all, ref{name: "refs/heads/" + name, hash: hash})
	}

	for name, hash := range r.tags {
		all = append(all, ref{name: "refs/tags/" + name, hash: hash})
	}

	slices.SortFunc(all, func(a, b ref) int { return strings.Compare(a.name, b.name) })

	return all
}

type ref struct{ name, hash string }

// resolve returns the commit of a branch, tag, full ref or hash; empty for none.
func (r *repository) resolve(name string) string {
	if short, ok := strings.CutPrefix(strings.TrimPrefix(name, "refs/"), "heads/"); ok && r.branches[short] != "" {
		return r.branches[short]
	}

	if short, ok := strings.CutPrefix(strings.TrimPrefix(name, "refs/"), "tags/"); ok && r.tags[short] != "" {
		return r.tags[short]
	}

	if hash := cmp.Or(r.branches[name], r.tags[name]); hash != "" {
		return hash
	}

	if name == "HEAD" {
		return r.branches[r.defaultBranch]
	}

	if r.commits[name] {
		return name
	}

	return ""
}
