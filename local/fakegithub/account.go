package fakegithub

import (
	"strings"
	"time"
)

// Roles in an organization.
const (
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// account is a user, an organization or the bot of an app.
type account struct {
	id      int64
	login   string
	kind    string
	name    string
	emails  []Email
	created time.Time
	// members are the roles in an organization by the user's id.
	members map[int64]string
	// repositories are those that it owns, by their names in lower case.
	repositories map[string]*repository
}

const (
	kindUser         = "User"
	kindOrganization = "Organization"
	kindBot          = "Bot"
)

// Email is an address of a user.
type Email struct {
	Address           string
	Primary, Verified bool
	// Public addresses are shown on the user's profile.
	Public bool
}

// AddUser makes a user with one verified address, LOGIN@example.com, and returns its id.
func (s *Server) AddUser(login string) (id int64) {
	s.locked(func() {
		a := s.addAccount(login, kindUser)
		a.name = strings.ToUpper(login[:1]) + login[1:]
		a.emails = []Email{{Address: login + "@example.com", Primary: true, Verified: true}}
		id = a.id
	})

	return id
}

// SetEmails replaces the addresses of a user.
func (s *Server) SetEmails(login string, emails ...Email) {
	s.locked(func() { s.account(login).emails = emails })
}

// RenameAccount changes a login, which may then be taken by somebody else; the id stays. Requests for its repositories are redirected.
func (s *Server) RenameAccount(login, to string) {
	s.locked(func() {
		a := s.account(login)
		for _, r := range a.repositories {
			s.renamed[nameKey(a, r.name)] = r.id
		}

		a.login = to
	})
}

// AddOrganization makes an organization that the user administers, and returns its id.
func (s *Server) AddOrganization(login, admin string) (id int64) {
	s.locked(func() {
		a := s.addAccount(login, kindOrganization)
		a.members = map[int64]string{s.account(admin).id: RoleAdmin}
		id = a.id
	})

	return id
}

// SetMember gives a user a role in an organization; the empty role takes the user out of it.
func (s *Server) SetMember(organization, user, role string) {
	s.locked(func() {
		members := s.account(organization).members
		if role == "" {
			delete(members, s.account(user).id)
		} else {
			members[s.account(user).id] = role
		}
	})
}

func (s *Server) addAccount(login, kind string) *account {
	if s.findAccount(login) != nil {
		panic("fakegithub: there is an account " + login + " already")
	}

	a := &account{id: s.newID(), login: login, kind: kind, created: s.now()}
	s.accounts[a.id] = a

	return a
}

// findAccount returns the account of a login, which GitHub does not read by case; nil for none.
func (s *Server) findAccount(login string) *account {
	for _, a := range s.accounts {
		if strings.EqualFold(a.login, login) {
			return a
		}
	}

	return nil
}

// account is findAccount for logins that whoever set the server up has made: that there is none is a mistake in the program.
func (s *Server) account(login string) *account {
	a := s.findAccount(login)
	if a == nil {
		panic("fakegithub: there is no account " + login)
	}

	return a
}

// administers tells whether the user may install apps on an account.
func (a *account) administers(other *account) bool {
	return a.id == other.id || other.members[a.id] == RoleAdmin
}

// belongsTo tells whether the user sees what the account has.
func (a *account) belongsTo(other *account) bool {
	return a.id == other.id || other.members[a.id] != ""
}

func (a *account) node() string {
	return nodeID(map[string]string{kindUser: userNode, kindOrganization: organizationNode, kindBot: botNode}[a.kind], a.id)
}
