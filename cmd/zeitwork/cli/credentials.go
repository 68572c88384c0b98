package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/samber/lo"
)

// signIn is a platform that the user is signed in to. Its token is sent to its API and to nothing else.
type signIn struct {
	Name  string `json:"name"` // What --context takes.
	API   string `json:"api"`  // In the form of platformURL.
	Token string `json:"token"`
	IsOwn bool   `json:"own,omitempty"` // Whether login itself got the token, by a browser: nobody else has it, and logout revokes it.
}

// credentials are what login keeps.
type credentials struct {
	Current  string   `json:"current"` // The name of the context that commands use unless told otherwise.
	Contexts []signIn `json:"contexts"`
}

func (c *credentials) named(name string) (signIn, bool) {
	return lo.Find(c.Contexts, func(s signIn) bool { return s.Name == name })
}

func (c *credentials) at(api string) (signIn, bool) {
	return lo.Find(c.Contexts, func(s signIn) bool { return s.API == api })
}

func (c *credentials) names() []string {
	return lo.Map(c.Contexts, func(s signIn, _ int) string { return s.Name })
}

// keep adds a context, or changes the one of that name, and makes it the current one.
func (c *credentials) keep(fresh signIn) {
	c.remove(fresh.Name)
	c.Contexts = append(c.Contexts, fresh)
	c.Current = fresh.Name
}

// remove forgets a context. Another one becomes the current one only when it is chosen.
func (c *credentials) remove(name string) {
	c.Contexts = slices.DeleteFunc(c.Contexts, func(s signIn) bool { return s.Name == name })

	if c.Current == name {
		c.Current = ""
	}
}

func (a *app) credentialsPath() (string, error) {
	config := a.Environ["XDG_CONFIG_HOME"]

	if config == "" {
		home := a.Environ["HOME"]
		if home == "" {
			return "", errors.New("neither XDG_CONFIG_HOME nor HOME is set: there is no place for credentials")
		}

		config = filepath.Join(home, ".config")
	}

	return filepath.Join(config, "zeitwork", "credentials.json"), nil
}

// readCredentials returns what login has kept, and nothing where nobody has signed in.
func (a *app) readCredentials() (credentials, error) {
	path, err := a.credentialsPath()
	if err != nil {
		return credentials{}, err
	}

	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return credentials{}, nil
	}

	if err != nil {
		return credentials{}, fmt.Errorf("read the credentials: %w", err)
	}

	// Before there were contexts, the file held one platform alone.
	found := struct {
		credentials
		signIn
	}{}
	if err := json.Unmarshal(content, &found); err != nil {
		return credentials{}, UsageError(fmt.Errorf("%s cannot be read (%w): delete it and sign in again with `zeitwork login`", path, err))
	}

	if found.API != "" && len(found.Contexts) == 0 {
		if api, err := platformURL(found.API); err == nil {
			found.keep(signIn{Name: contextName(api), API: api, Token: found.Token})
		}
	}

	return found.credentials, nil
}

// writeCredentials stores the credentials where only their owner can read them.
func (a *app) writeCredentials(c credentials) error {
	path, err := a.credentialsPath()
	if err != nil {
		return err
	}

	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the directory of the credentials: %w", err)
	}

	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the credentials: %w", err)
	}

	// The rename gives the file the mode of the new one, and a crash before it leaves the old one whole.
	fresh := path + ".new"
	if err := os.WriteFile(fresh, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}

	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("keep the credentials: %w", err)
	}

	return nil
}
