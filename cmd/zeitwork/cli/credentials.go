package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The environment variables that take precedence over the credentials file.
const (
	apiURLVariable = "ZEITWORK_API_URL"
	tokenVariable  = "ZEITWORK_TOKEN"
)

// credentials are where the platform is and who the user is there.
type credentials struct {
	API   string `json:"api"`
	Token string `json:"token"`
}

func (a *app) credentialsPath() (string, error) {
	config := a.Getenv("XDG_CONFIG_HOME")

	if config == "" {
		home := a.Getenv("HOME")
		if home == "" {
			return "", errors.New("neither XDG_CONFIG_HOME nor HOME is set: there is no place for credentials")
		}

		config = filepath.Join(home, ".config")
	}

	return filepath.Join(config, "zeitwork", "credentials.json"), nil
}

// credentials returns what login stored, overridden by the environment. Without a token it returns a signed-out error.
func (a *app) credentials() (credentials, error) {
	found := credentials{}

	path, err := a.credentialsPath()
	if err == nil {
		if found, err = readCredentials(path); err != nil {
			return credentials{}, err
		}
	}

	if url := a.Getenv(apiURLVariable); url != "" {
		found.API = url
	}

	if token := a.Getenv(tokenVariable); token != "" {
		found.Token = token
	}

	if found.API == "" || found.Token == "" {
		return credentials{}, &exitError{code: ExitSignedOut, err: errors.New("you are not signed in: run `zeitwork login --api URL`")}
	}

	return found, nil
}

func readCredentials(path string) (credentials, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return credentials{}, nil
	}

	if err != nil {
		return credentials{}, fmt.Errorf("read the credentials: %w", err)
	}

	found := credentials{}
	if err := json.Unmarshal(content, &found); err != nil {
		return credentials{}, fmt.Errorf("%s is not readable (%w): sign in again with `zeitwork login`", path, err)
	}

	return found, nil
}

// write stores the credentials where only their owner can read them.
func (c credentials) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the directory of the credentials: %w", err)
	}

	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the credentials: %w", err)
	}

	// A file that is replaced keeps the mode of the new one, and a crash leaves the old one whole.
	fresh := path + ".new"
	if err := os.WriteFile(fresh, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}

	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("keep the credentials: %w", err)
	}

	return nil
}
