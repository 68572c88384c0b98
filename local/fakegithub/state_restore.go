package fakegithub

import (
	"fmt"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// restore takes over a state; the mutex is held.
func (s *Server) restore(saved state) error {
	s.lastID, s.renamed = saved.LastID, saved.Renamed
	clear(s.accounts)
	clear(s.apps)
	clear(s.repositories)
	clear(s.installations)
	clear(s.tokens)
	clear(s.objects)

	if s.renamed == nil {
		s.renamed = map[string]int64{}
	}

	for hash, o := range saved.Objects {
		s.objects[hash] = gitObject{kind: o.Kind, data: o.Data}
	}

	for _, a := range saved.Accounts {
		s.accounts[a.ID] = &account{id: a.ID, login: a.Login, kind: a.Kind, name: a.Name, emails: a.Emails, created: a.Created, members: a.Members}
	}

	for _, a := range saved.Apps {
		key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(a.App.PrivateKey))
		if err != nil {
			return fmt.Errorf("read the key of the app %s: %w", a.App.Slug, err)
		}

		s.apps[a.App.ID] = &app{
			App: a.App, owner: s.accounts[a.Owner], bot: s.accounts[a.Bot], manifest: a.Manifest, key: key, created: a.Created, deviceFlow: a.DeviceFlow,
		}
	}

	s.restoreRepositories(saved.Repositories)

	for _, i := range saved.Installations {
		s.installations[i.ID] = &installation{
			id: i.ID, app: s.apps[i.App], account: s.accounts[i.Account], all: i.All, repositories: i.Repositories, permissions: i.Permissions,
			created: i.Created, updated: i.Updated, suspended: i.Suspended, suspendedBy: s.accounts[i.SuspendedBy],
		}
	}

	return nil
}

func (s *Server) restoreRepositories(saved []repositoryState) {
	for _, r := range saved {
		owner := s.accounts[r.Owner]
		made := &repository{
			id: r.ID, owner: owner, name: r.Name, private: r.Private, archived: r.Archived, description: r.Description, defaultBranch: r.DefaultBranch,
			branches: orEmpty(r.Branches), tags: orEmpty(r.Tags), commits: orEmpty(r.Commits), created: r.Created, updated: r.Updated, pushed: r.Pushed,
		}
		s.repositories[r.ID] = made

		if owner.repositories == nil {
			owner.repositories = map[string]*repository{}
		}

		owner.repositories[strings.ToLower(r.Name)] = made
	}

	// What belongs to a repository may name others.
	for _, r := range saved {
		s.restoreContents(s.repositories[r.ID], r)
	}
}

func orEmpty[V any](values map[string]V) map[string]V {
	if values == nil {
		return map[string]V{}
	}

	return values
}
