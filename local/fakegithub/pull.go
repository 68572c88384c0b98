package fakegithub

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pull is a pull request.
type pull struct {
	id          int64
	number      int64
	title, body string
	user        *account
	// head is where the commits are: a repository, which is nil once it is deleted, and its branch.
	head       *repository
	headOwner  *account
	headBranch string
	base       string
	// headHash and baseHash are kept when the pull request is closed; an open one follows its branch.
	headHash, baseHash string
	draft              bool

	mergeCommit      string
	created, updated time.Time
	closed, merged   time.Time
	mergedBy         *account
}

// Pull is what somebody opens a pull request with.
type Pull struct {
	Title, Body string
	// User opens it; empty for the owner of the head.
	User string
	// Head is the branch, and HeadRepository the fork that has it; zero for the repository itself.
	Head           string
	HeadRepository int64
	// Base is the branch to merge into; empty for the default branch.
	Base  string
	Draft bool
}

// OpenPull opens a pull request and returns its number.
func (s *Server) OpenPull(repository int64, wanted Pull) (number int64) {
	s.locked(func() {
		r := s.repository(repository)

		head := r
		if wanted.HeadRepository != 0 {
			head = s.repository(wanted.HeadRepository)
		}

		user := head.owner
		if wanted.User != "" {
			user = s.account(wanted.User)
		}

		p := &pull{
			id: s.newID(), number: int64(len(r.pulls)) + 1, title: cmp.Or(wanted.Title, wanted.Head), body: wanted.Body, user: user, head: head,
			headOwner: head.owner, headBranch: wanted.Head, base: cmp.Or(wanted.Base, r.defaultBranch), draft: wanted.Draft, created: s.now(), updated: s.now(),
		}
		p.follow(s, r)

		if p.headHash == "" || p.baseHash == "" {
			panic(fmt.Sprintf("fakegithub: a pull request from %s to %s needs both branches", p.headBranch, p.base))
		}

		r.pulls = append(r.pulls, p)
		number = p.number
	})

	return number
}

// follow has an open pull request name the commits that its branches point at.
func (p *pull) follow(s *Server, r *repository) {
	if !p.closed.IsZero() {
		return
	}

	p.baseHash = cmp.Or(r.branches[p.base], p.baseHash)

	if p.head == nil || s.repositories[p.head.id] == nil {
		p.head = nil

		return
	}

	if hash := p.head.branches[p.headBranch]; hash != "" {
		p.headHash = hash
		s.remember(r, hash)
	}
}

// ClosePull closes a pull request without merging it.
func (s *Server) ClosePull(repository, number int64) {
	s.locked(func() {
		r := s.repository(repository)
		p := r.pulls[number-1]
		p.follow(s, r)
		p.closed, p.updated = s.now(), s.now()
	})
}

// ReopenPull opens a closed pull request again.
func (s *Server) ReopenPull(repository, number int64) {
	s.locked(func() {
		p := s.repository(repository).pulls[number-1]
		p.closed, p.updated = time.Time{}, s.now()
		p.follow(s, s.repository(repository))
	})
}

// MergePull merges a pull request with a commit of two parents, and returns that commit's hash.
func (s *Server) MergePull(repository, number int64) (hash string) {
	s.locked(func() {
		r := s.repository(repository)
		p := r.pulls[number-1]
		p.follow(s, r)

		base, _ := s.objects.commit(p.baseHash)
		head, _ := s.objects.commit(p.headHash)
		common, _ := s.objects.commit(s.objects.mergeBase(p.baseHash, p.headHash))
		who := signature{name: r.owner.login, email: r.owner.login + "@example.com", at: s.now()}

		hash = s.objects.addCommit(commit{
			tree: s.mergeTrees(common.tree, base.tree, head.tree), parents: []string{p.baseHash, p.headHash}, author: who, committer: who,
			message: fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.number, p.headOwner.login, p.headBranch, p.title),
		})
		s.moveBranch(r, p.base, hash)
		p.mergeCommit, p.closed, p.merged, p.updated, p.mergedBy = hash, s.now(), s.now(), s.now(), r.owner
	})

	return hash
}

// mergeTrees applies what head has changed since the common tree to base. Where both have changed a file, head wins.
func (s *Server) mergeTrees(common, base, head string) string {
	was, is := s.objects.files(common), s.objects.files(head)
	merged := map[string]File{}

	for path, e := range s.objects.files(base) {
		merged[path] = File{Content: s.objects[e.hash].data, Mode: e.mode}
	}

	for path, e := range is {
		if was[path] != e {
			merged[path] = File{Content: s.objects[e.hash].data, Mode: e.mode}
		}
	}

	for path := range was {
		if _, isThere := is[path]; !isThere {
			delete(merged, path)
		}
	}

	return s.objects.addTree(merged)
}

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

	if query.Get("sort") == "updated" {
		slices.SortStableFunc(all, func(a, b *pull) int { return b.updated.Compare(a.updated) })
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
		"merged": !p.merged.IsZero(), "mergeable": nil, "mergeable_state": "unknown", "merged_by": nil, "rebaseable": nil, "comments": comments, "review_comments": 0,
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
