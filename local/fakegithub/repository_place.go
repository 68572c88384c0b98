package fakegithub

import (
	"strings"
)

// RenameRepository gives a repository another name. Requests for the one before are redirected until another repository has that name.
func (s *Server) RenameRepository(repository int64, name string) {
	s.locked(func() { s.place(s.repository(repository), s.repository(repository).owner, name) })
}

// TransferRepository gives a repository to another account: the installations of the account before lose it.
func (s *Server) TransferRepository(repository int64, owner string) {
	s.locked(func() {
		r := s.repository(repository)
		for _, i := range s.installations {
			delete(i.repositories, r.id)
		}

		s.place(r, s.account(owner), r.name)
	})
}

// place puts a repository under a name.
func (s *Server) place(r *repository, owner *account, name string) {
	if other := owner.repositories[strings.ToLower(name)]; other != nil && other != r {
		panic("fakegithub: there is a repository " + other.fullName() + " already")
	}

	s.renamed[nameKey(r.owner, r.name)] = r.id
	s.removeName(r.owner, r.name)

	r.owner, r.name, r.updated = owner, name, s.now()

	if owner.repositories == nil {
		owner.repositories = map[string]*repository{}
	}

	owner.repositories[strings.ToLower(name)] = r
	delete(s.renamed, nameKey(owner, name))
}

func (s *Server) removeName(owner *account, name string) {
	delete(owner.repositories, strings.ToLower(name))
}

func nameKey(owner *account, name string) string { return strings.ToLower(owner.login + "/" + name) }
