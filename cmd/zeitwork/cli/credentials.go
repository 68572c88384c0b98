package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/caarlos0/env/v11"
)

// Environment is what users' commands read from the environment. It takes precedence over the credentials file.
type Environment struct {
	APIURL string `doc:"Where the platform's API answers, such as https://api.example.com." env:"ZEITWORK_API_URL"`
	Token  string `doc:"The user's token; with it nobody has to log in."                     env:"ZEITWORK_TOKEN"`
}

func (a *app) environment() (Environment, error) {
	found, err := env.ParseAsWithOptions[Environment](env.Options{Environment: a.Environ})
	if err != nil {
		return found, UsageError(fmt.Errorf("read the environment: %w", err))
	}

	return found, nil
}

// credentials are what a command needs to call the API.
type credentials struct {
	API   string `json:"api"`
	Token string `json:"token"`
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

// credentials returns what login stored, overridden by the environment. Without a token it returns a signed-out error.
func (a *app) credentials() (credentials, error) {
	found := credentials{}

	path, err := a.credentialsPath()
	if err == nil {
		if found, err = readCredentials(path); err != nil {
			return credentials{}, err
		}
	}

	environment, err := a.environment()
	if err != nil {
		return credentials{}, err
	}

	found.API = cmp.Or(environment.APIURL, found.API)
	found.Token = cmp.Or(environment.Token, found.Token)

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
