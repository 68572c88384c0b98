package fakegithub

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
)

const defaultBranch = "main"

// repository is a repository with its branches; commits are in the server's object store.
type repository struct {
	id            int64
	owner         *account
	name          string
	private       bool
	archived      bool
	description   string
	defaultBranch string
	parent        *repository
	// branches are the commits that branches point at; tags those of tags.
	branches, tags map[string]string
	// commits are those that were ever pushed here. GitHub goes on to show them when no branch leads to them any more.
	commits map[string]bool

	created, updated, pushed time.Time

	// git is held while git works on the directory; it is taken before the server's mutex.
	git sync.Mutex
	// written are the objects that stand on disk, in the repository that git reads; nil before there is one.
	written     map[string]bool
	pulls       []*pull
	deployments []*deployment
	statuses    []*status
	comments    []*comment
}

// Repository is what the owner chooses about a repository.
type Repository struct {
	Owner, Name string
	Private     bool
	Description string
	// DefaultBranch is main where it is empty.
	DefaultBranch string
}

// AddRepository makes an empty repository and returns its id.
func (s *Server) AddRepository(wanted Repository) (id int64) {
	s.locked(func() { id = s.addRepository(wanted).id })

	return id
}

func (s *Server) addRepository(wanted Repository) *repository {
	owner := s.account(wanted.Owner)
	if s.findRepository(wanted.Owner, wanted.Name) != nil {
		panic(fmt.Sprintf("fakegithub: there is a repository %s/%s already", wanted.Owner, wanted.Name))
	}

	now := s.now()
	r := &repository{
		id: s.newID(), owner: owner, name: wanted.Name, private: wanted.Private, description: wanted.Description, defaultBranch: wanted.DefaultBranch,
		branches: map[string]string{}, tags: map[string]string{}, commits: map[string]bool{}, created: now, updated: now, pushed: now,
	}

	if r.defaultBranch == "" {
		r.defaultBranch = defaultBranch
	}

	s.repositories[r.id] = r
	s.place(r, owner, wanted.Name)

	return r
}

// Fork makes a copy of a repository that belongs to another account, and returns its id.
func (s *Server) Fork(repository int64, owner string) (id int64) {
	s.locked(func() {
		parent := s.repository(repository)
		fork := s.addRepository(Repository{Owner: owner, Name: parent.name, Private: parent.private, DefaultBranch: parent.defaultBranch})
		fork.parent = parent
		fork.branches, fork.tags, fork.commits = maps.Clone(parent.branches), maps.Clone(parent.tags), maps.Clone(parent.commits)
		id = fork.id
	})

	return id
}

// ArchiveRepository makes a repository read-only, or writable again.
func (s *Server) ArchiveRepository(repository int64, archived bool) {
	s.locked(func() { s.repository(repository).archived = archived })
}

// SetPrivate hides a repository from the public, or shows it.
func (s *Server) SetPrivate(repository int64, private bool) {
	s.locked(func() { s.repository(repository).private = private })
}

// SetDefaultBranch names the branch that a clone begins with.
func (s *Server) SetDefaultBranch(repository int64, branch string) {
	s.locked(func() { s.repository(repository).defaultBranch = branch })
}

// DeleteRepository removes a repository with all that it has. Nothing redirects to it any more.
func (s *Server) DeleteRepository(repository int64) {
	s.locked(func() {
		r := s.repository(repository)
		s.removeName(r.owner, r.name)
		delete(s.repositories, r.id)
		maps.DeleteFunc(s.renamed, func(_ string, id int64) bool { return id == r.id })

		for _, i := range s.installations {
			delete(i.repositories, r.id)
		}

		for _, fork := range s.repositories {
			if fork.parent == r {
				fork.parent = nil
			}
		}
	})
}

// FullName returns OWNER/NAME of a repository as it is now.
func (s *Server) FullName(repository int64) (name string) {
	s.locked(func() { name = s.repository(repository).fullName() })

	return name
}

// repository returns a repository that whoever set the server up has made.
func (s *Server) repository(id int64) *repository {
	r := s.repositories[id]
	if r == nil {
		panic(fmt.Sprintf("fakegithub: there is no repository %d", id))
	}

	return r
}

// findRepository returns the repository that has the name now; nil for none.
func (s *Server) findRepository(owner, name string) *repository {
	a := s.findAccount(owner)
	if a == nil {
		return nil
	}

	return a.repositories[strings.ToLower(name)]
}

func (r *repository) fullName() string { return r.owner.login + "/" + r.name }

func (r *repository) node() string { return nodeID(repositoryNode, r.id) }
