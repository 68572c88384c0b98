package fakegithub

import (
	"cmp"
	"fmt"
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
	s.locked(func() { number = s.openPull(s.repository(repository), wanted) })

	return number
}

func (s *Server) openPull(r *repository, wanted Pull) (number int64) {
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
	p.updated = p.created

	if p.headHash == "" || p.baseHash == "" {
		panic(fmt.Sprintf("fakegithub: a pull request from %s to %s needs both branches", p.headBranch, p.base))
	}

	r.pulls = append(r.pulls, p)

	return p.number
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

	if hash := p.head.branches[p.headBranch]; hash != "" && hash != p.headHash {
		p.headHash, p.updated = hash, p.head.pushed
		s.remember(r, hash)
	}
}

// ClosePull closes a pull request without merging it.
func (s *Server) ClosePull(repository, number int64) {
	s.locked(func() { s.closePull(s.repository(repository), s.repository(repository).pulls[number-1]) })
}

func (s *Server) closePull(r *repository, p *pull) {
	p.follow(s, r)
	p.closed, p.updated = s.now(), s.now()
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
		p := s.repository(repository).pulls[number-1]
		s.mergePull(s.repository(repository), p)
		hash = p.mergeCommit
	})

	return hash
}

func (s *Server) mergePull(r *repository, p *pull) {
	p.follow(s, r)

	base, _ := s.objects.commit(p.baseHash)
	head, _ := s.objects.commit(p.headHash)
	common, _ := s.objects.commit(s.objects.mergeBase(p.baseHash, p.headHash))
	who := signature{name: r.owner.login, email: r.owner.login + "@example.com", at: s.now()}

	p.mergeCommit = s.objects.addCommit(commit{
		tree: s.mergeTrees(common.tree, base.tree, head.tree), parents: []string{p.baseHash, p.headHash}, author: who, committer: who,
		message: fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.number, p.headOwner.login, p.headBranch, p.title),
	})
	s.moveBranch(r, p.base, p.mergeCommit)
	p.closed, p.merged, p.updated, p.mergedBy = s.now(), s.now(), s.now(), r.owner
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
