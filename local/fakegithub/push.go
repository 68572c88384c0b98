package fakegithub

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// Commit is what somebody pushes.
type Commit struct {
	Message string
	// Author is a name; empty for the owner of the repository.
	Author string
	// Files are written over those of the commit before, by path.
	Files map[string]File
	// Remove are paths that the commit takes away.
	Remove []string
	// Force starts anew: the commit has no parent and no file but its own, as after a rebase.
	Force bool
}

// Text returns files of text, by path.
func Text(files map[string]string) map[string]File {
	all := make(map[string]File, len(files))
	for path, content := range files {
		all[path] = File{Content: []byte(content)}
	}

	return all
}

// Push commits to a branch, which is made from the default branch where there is none of the name, and returns the commit's hash.
func (s *Server) Push(repository int64, branch string, change Commit) (hash string) {
	s.locked(func() {
		r := s.repository(repository)
		if r.archived {
			panic("fakegithub: " + r.fullName() + " is archived, and takes no push")
		}

		parent := cmp.Or(r.branches[branch], r.branches[r.defaultBranch])
		if change.Force {
			parent = ""
		}

		hash = s.commitOn(r, parent, change)
		s.moveBranch(r, branch, hash)
	})

	return hash
}

func (s *Server) commitOn(r *repository, parent string, change Commit) string {
	author := signature{name: cmp.Or(change.Author, r.owner.login), at: s.now()}
	author.email = strings.ToLower(strings.Join(strings.Fields(author.name), ".")) + "@example.com"
	made := commit{message: cmp.Or(change.Message, "change"), author: author, committer: author}
	files := map[string]File{}

	if before, ok := s.objects.commit(parent); ok {
		made.parents = []string{parent}

		for path, e := range s.objects.files(before.tree) {
			files[path] = File{Content: s.objects[e.hash].data, Mode: e.mode}
		}
	}

	for _, path := range change.Remove {
		delete(files, path)
	}

	maps.Copy(files, change.Files)

	made.tree = s.objects.addTree(files)

	return s.objects.addCommit(made)
}

func (s *Server) moveBranch(r *repository, branch, hash string) {
	r.branches[branch] = hash
	s.remember(r, hash)
	r.pushed, r.updated = s.now(), s.now()
}

// remember notes a commit, and all before it, as some of the repository's.
func (s *Server) remember(r *repository, hash string) {
	for queue := []string{hash}; len(queue) > 0; {
		next := queue[len(queue)-1]
		queue = queue[:len(queue)-1]

		if c, ok := s.objects.commit(next); ok && !r.commits[next] {
			r.commits[next] = true
			queue = append(queue, c.parents...)
		}
	}
}

// MoveBranch points a branch at a commit that there is, as a force-push does that goes back.
func (s *Server) MoveBranch(repository int64, branch, hash string) {
	s.locked(func() {
		if _, ok := s.objects.commit(hash); !ok {
			panic("fakegithub: there is no commit " + hash)
		}

		s.moveBranch(s.repository(repository), branch, hash)
	})
}

// DeleteBranch takes a branch away. To delete the only one leaves the repository empty.
func (s *Server) DeleteBranch(repository int64, branch string) {
	s.locked(func() {
		r := s.repository(repository)
		delete(r.branches, branch)
		r.pushed = s.now()
	})
}

// RenameBranch gives a branch another name; the default branch stays the default.
func (s *Server) RenameBranch(repository int64, from, to string) {
	s.locked(func() {
		r := s.repository(repository)

		hash, ok := r.branches[from]
		if !ok {
			panic(fmt.Sprintf("fakegithub: %s has no branch %s", r.fullName(), from))
		}

		delete(r.branches, from)
		s.moveBranch(r, to, hash)

		if r.defaultBranch == from {
			r.defaultBranch = to
		}
	})
}

// Tag names a commit.
func (s *Server) Tag(repository int64, tag, hash string) {
	s.locked(func() { s.repository(repository).tags[tag] = hash })
}

// Head returns the commit that a branch points at; empty for none.
func (s *Server) Head(repository int64, branch string) (hash string) {
	s.locked(func() { hash = s.repository(repository).branches[branch] })

	return hash
}
