package fakegithub

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// installation ties an app to an account.
type installation struct {
	id      int64
	app     *app
	account *account
	// all includes repositories that are made later; else repositories names them.
	all          bool
	repositories map[int64]bool
	permissions  map[string]string

	created, updated, suspended time.Time
	suspendedBy                 *account
}

// Install ties an app to an account, for the repositories that are named or, where none is, for all, and returns the installation's id.
func (s *Server) Install(app int64, account string, repositories ...int64) (id int64) {
	s.locked(func() { id = s.install(s.apps[app], s.account(account), repositories).id })

	return id
}

func (s *Server) install(a *app, on *account, repositories []int64) *installation {
	i := s.findInstallation(a, on)
	if i == nil {
		i = &installation{id: s.newID(), app: a, account: on, created: s.now()}
		s.installations[i.id] = i
	}

	i.permissions = maps.Clone(a.manifest.DefaultPermissions)
	i.updated = s.now()
	i.choose(repositories)

	return i
}

func (i *installation) choose(repositories []int64) {
	i.all, i.repositories = len(repositories) == 0, map[int64]bool{}
	for _, id := range repositories {
		i.repositories[id] = true
	}
}

// ChooseRepositories changes which repositories an installation has: those that are named or, where none is, all.
func (s *Server) ChooseRepositories(installation int64, repositories ...int64) {
	s.locked(func() { s.installation(installation).choose(repositories) })
}

// Suspend takes an installation's access away until Unsuspend.
func (s *Server) Suspend(installation int64) {
	s.locked(func() {
		i := s.installation(installation)
		i.suspended, i.suspendedBy = s.now(), i.account
	})
}

// Unsuspend gives a suspended installation its access back.
func (s *Server) Unsuspend(installation int64) {
	s.locked(func() {
		s.installation(installation).suspended, s.installation(installation).suspendedBy = time.Time{}, nil
	})
}

// Uninstall removes an installation with its tokens.
func (s *Server) Uninstall(installation int64) {
	s.locked(func() { s.uninstall(s.installation(installation)) })
}

func (s *Server) uninstall(i *installation) {
	delete(s.installations, i.id)
	maps.DeleteFunc(s.tokens, func(_ string, t *token) bool { return t.installation == i })
}

// SetPermissions changes what an installation may do, as an owner does who accepts an app's new permissions.
func (s *Server) SetPermissions(installation int64, permissions map[string]string) {
	s.locked(func() { s.installation(installation).permissions = maps.Clone(permissions) })
}

func (s *Server) installation(id int64) *installation {
	i := s.installations[id]
	if i == nil {
		panic(fmt.Sprintf("fakegithub: there is no installation %d", id))
	}

	return i
}

func (s *Server) findInstallation(a *app, on *account) *installation {
	for _, i := range s.installations {
		if i.app == a && i.account == on {
			return i
		}
	}

	return nil
}

// has tells whether the app may see a repository by this installation.
func (i *installation) has(r *repository) bool {
	return r.owner == i.account && (i.all || i.repositories[r.id])
}

// repositoriesOf returns the repositories of an installation, the oldest first.
func (s *Server) repositoriesOf(i *installation) []*repository {
	list := make([]*repository, 0, len(i.account.repositories))

	for _, r := range i.account.repositories {
		if i.has(r) {
			list = append(list, r)
		}
	}

	slices.SortFunc(list, func(a, b *repository) int { return int(a.id - b.id) })

	return list
}

// countOf is how many repositories an installation has.
func (s *Server) countOf(i *installation) int {
	count := 0

	for _, r := range i.account.repositories {
		if i.has(r) {
			count++
		}
	}

	return count
}

func (i *installation) selection() string {
	if i.all {
		return "all"
	}

	return "selected"
}

func (i *installation) json(base string) object {
	api := fmt.Sprintf("%s%s/app/installations/%d", base, apiPrefix, i.id)
	page := fmt.Sprintf("%s/settings/installations/%d", base, i.id)

	if i.account.kind == kindOrganization {
		page = fmt.Sprintf("%s/organizations/%s/settings/installations/%d", base, i.account.login, i.id)
	}

	described := object{
		"id": i.id, "account": i.account.simple(base), "repository_selection": i.selection(), "access_tokens_url": api + "/access_tokens",
		"repositories_url": base + apiPrefix + "/installation/repositories", "html_url": page, "app_id": i.app.ID, "client_id": i.app.ClientID,
		"app_slug": i.app.Slug, "target_id": i.account.id, "target_type": i.account.kind, "permissions": i.permissions,
		"events": texts(i.app.manifest.DefaultEvents), "created_at": stamp(i.created), "updated_at": stamp(i.updated), "single_file_name": nil,
		"has_multiple_single_files": false, "single_file_paths": []string{}, "suspended_at": nullableStamp(i.suspended), "suspended_by": nil,
	}

	if i.suspendedBy != nil {
		described["suspended_by"] = i.suspendedBy.simple(base)
	}

	return described
}
