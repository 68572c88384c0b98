package fakegithub

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (p *pull) state() string {
	if p.closed.IsZero() {
		return "open"
	}

	return "closed"
}

// association says what the author of something is to a repository.
func (a *account) association(r *repository) string {
	switch {
	case a.id == r.owner.id:
		return "OWNER"
	case a.belongsTo(r.owner):
		return "MEMBER"
	default:
		return "NONE"
	}
}

func (c *call) pullJSON(r *repository, p *pull) object {
	p.follow(c.Server, r)

	api, web := r.api(c.base)+"/pulls/"+strconv.FormatInt(p.number, 10), c.base+"/"+r.fullName()+"/pull/"+strconv.FormatInt(p.number, 10)
	issue, statuses := r.api(c.base)+"/issues/"+strconv.FormatInt(p.number, 10), r.api(c.base)+"/statuses/"+p.headHash

	links := object{}
	for name, href := range map[string]string{
		"self": api, "html": web, "issue": issue, "comments": issue + "/comments", "review_comments": api + "/comments",
		"review_comment": r.api(c.base) + "/pulls/comments{/number}", "commits": api + "/commits", "statuses": statuses,
	} {
		links[name] = object{"href": href}
	}

	head := object{
		"label": p.headOwner.login + ":" + p.headBranch, "ref": p.headBranch, "sha": p.headHash, "user": p.headOwner.simple(c.base), "repo": nil,
	}
	if p.head != nil {
		head["repo"] = p.head.json(c.base)
	}

	return object{
		"id": p.id, "node_id": nodeID(pullNode, p.id), "number": p.number, "url": api, "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch",
		"issue_url": issue, "commits_url": api + "/commits", "review_comments_url": api + "/comments", "comments_url": issue + "/comments",
		"review_comment_url": r.api(c.base) + "/pulls/comments{/number}", "statuses_url": statuses, "_links": links, "state": p.state(), "locked": false,
		"title": p.title, "body": nullable(p.body), "user": p.user.simple(c.base), "labels": []object{}, "milestone": nil, "assignee": nil,
		"assignees": []object{}, "requested_reviewers": []object{}, "requested_teams": []object{}, "draft": p.draft, "auto_merge": nil,
		"author_association": p.user.association(r), "merge_commit_sha": nullable(p.mergeCommit), "created_at": stamp(p.created), "updated_at": stamp(p.updated),
		"closed_at": nullableStamp(p.closed), "merged_at": nullableStamp(p.merged), "head": head,
		"base": object{
			"label": r.owner.login + ":" + p.base, "ref": p.base, "sha": p.baseHash, "user": r.owner.simple(c.base), "repo": r.json(c.base),
		},
	}
}

func listPulls(c *call, r *repository) *answer {
	query := c.r.URL.Query()
	state := cmp.Or(query.Get("state"), "open")
	head, base := query.Get("head"), query.Get("base")
	all := slices.Clone(r.pulls)
	slices.Reverse(all)

	all = slices.DeleteFunc(all, func(p *pull) bool {
		return state != "all" && p.state() != state || base != "" && p.base != base || head != "" && !strings.EqualFold(p.headOwner.login+":"+p.headBranch, head)
	})

	for _, p := range all {
		p.follow(c.Server, r)
	}

	// GitHub sorts upwards where it is not told otherwise and the order is not that of making.
	if query.Get("sort") == "updated" {
		slices.SortStableFunc(all, func(a, b *pull) int { return a.updated.Compare(b.updated) })

		if query.Get("direction") == "desc" {
			slices.Reverse(all)
		}
	}

	return page(c, all, func(part []*pull) any {
		described := make([]object, len(part))
		for n, p := range part {
			described[n] = c.pullJSON(r, p)
		}

		return described
	})
}

func getPull(c *call, r *repository) *answer {
	number := c.number("pull_number")
	if number < 1 || number > int64(len(r.pulls)) {
		return notFound()
	}

	p := r.pulls[number-1]
	described := c.pullJSON(r, p)
	comments := len(r.commentsOn(number))
	maps.Copy(described, object{
		"merged": !p.merged.IsZero(), "mergeable": nil, "mergeable_state": "unknown", "merged_by": nil, "rebaseable": nil, "comments": comments,
		"review_comments":       0,
		"maintainer_can_modify": false, "commits": len(c.without(p.headHash, p.baseHash)), "additions": 0, "deletions": 0, "changed_files": 0,
	})

	if p.mergedBy != nil {
		described["merged_by"] = p.mergedBy.simple(c.base)
	}

	if p.state() == "open" {
		described["mergeable"], described["mergeable_state"] = true, "clean"
	}

	return &answer{status: http.StatusOK, body: described}
}
