package fakegithub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// state is a server as a file has it: everything but tokens, which whoever had one asks for again, and faults. Accounts, apps and repositories are named
// by their ids; zero for none.
type state struct {
	LastID        int64
	Accounts      []accountState
	Apps          []appState
	Repositories  []repositoryState
	Installations []installationState
	Renamed       map[string]int64
	Objects       map[string]objectState
}

type accountState struct {
	ID                int64
	Login, Kind, Name string
	Emails            []Email
	Created           time.Time
	Members           map[int64]string
}

type appState struct {
	App        App
	Owner, Bot int64
	Manifest   Manifest
	Created    time.Time
	DeviceFlow bool
}

type installationState struct {
	ID, App, Account            int64
	All                         bool
	Repositories                map[int64]bool
	Permissions                 map[string]string
	Created, Updated, Suspended time.Time
	SuspendedBy                 int64
}

type objectState struct {
	Kind string
	Data []byte
}

// Save writes the server to a file, which Load reads. A file that is there is replaced as a whole.
func (s *Server) Save(path string) error {
	var (
		content []byte
		err     error
	)

	s.locked(func() { content, err = json.Marshal(s.state()) }) //nolint:musttag // Load alone reads it.

	if err != nil {
		return fmt.Errorf("encode the demo GitHub: %w", err)
	}

	partial := path + ".new"
	if err := errors.Join(os.WriteFile(partial, content, 0o600), os.Rename(partial, path)); err != nil {
		return fmt.Errorf("save the demo GitHub: %w", err)
	}

	return nil
}

// Load takes over what Save has written, in place of what the server has. It returns false where there is no file.
func (s *Server) Load(path string) (bool, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}

	if err != nil {
		return false, fmt.Errorf("read the demo GitHub: %w", err)
	}

	saved := state{}
	if err := json.Unmarshal(content, &saved); err != nil { //nolint:musttag // Save has written it.
		return false, fmt.Errorf("read the demo GitHub from %s: %w", path, err)
	}

	s.locked(func() { err = s.restore(saved) })

	return err == nil, err
}

func (s *Server) state() state {
	saved := state{LastID: s.lastID, Renamed: s.renamed, Objects: make(map[string]objectState, len(s.objects))}

	for _, a := range s.accounts {
		saved.Accounts = append(saved.Accounts, accountState{
			ID: a.id, Login: a.login, Kind: a.kind, Name: a.name, Emails: a.emails, Created: a.created, Members: a.members,
		})
	}

	for _, a := range s.apps {
		saved.Apps = append(saved.Apps, appState{
			App: a.App, Owner: a.owner.id, Bot: a.bot.id, Manifest: a.manifest, Created: a.created, DeviceFlow: a.deviceFlow,
		})
	}

	for _, r := range s.repositories {
		saved.Repositories = append(saved.Repositories, r.state())
	}

	for _, i := range s.installations {
		saved.Installations = append(saved.Installations, installationState{
			ID: i.id, App: i.app.ID, Account: i.account.id, All: i.all, Repositories: i.repositories, Permissions: i.permissions,
			Created: i.created, Updated: i.updated, Suspended: i.suspended, SuspendedBy: idOf(i.suspendedBy),
		})
	}

	for hash, o := range s.objects {
		saved.Objects[hash] = objectState{Kind: o.kind, Data: o.data}
	}

	return saved
}

func idOf(a *account) int64 {
	if a == nil {
		return 0
	}

	return a.id
}
