package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/zeitwork/zeitwork/internal/process"
)

// prepareFolders makes the folder that holds the database and checks that the server's user can enter it.
func (p Postgres) prepareFolders(owner databaseOwner) error {
	folder := p.Home.Folder(postgresName)

	if err := os.MkdirAll(folder, 0o711); err != nil {
		return fmt.Errorf("make the folder of Postgres: %w", err)
	}

	if owner.credential == nil {
		return nil
	}

	// A program with the rights of that user tries it, so that every kind of permission counts.
	check := exec.Command("test", "-x", folder)
	check.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}

	if err := check.Run(); err != nil {
		return fmt.Errorf("Postgres runs as the user %s, who cannot enter %s; make its parent folders passable (chmod o+x) or choose another data directory: %w",
			owner.name, folder, err)
	}

	return nil
}

// initialise returns the superuser's password, and makes the database first where it is missing. A run that is killed meanwhile leaves
// no half-made database, because the folder gets its name last.
func (p Postgres) initialise(ctx context.Context, owner databaseOwner, data string) (string, error) {
	passwordFile := p.Home.Folder(postgresName, "password")

	if _, err := os.Stat(data); err == nil {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return "", fmt.Errorf("read the password of the database: %w", err)
		}

		return string(password), nil
	}

	password := rand.Text()
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return "", fmt.Errorf("keep the password of the database: %w", err)
	}

	temporary := p.Home.Folder(postgresName, "initdb")
	if err := errors.Join(os.RemoveAll(temporary), os.Mkdir(temporary, 0o700), owner.own(temporary)); err != nil {
		return "", fmt.Errorf("make the folder of the database: %w", err)
	}

	// initdb reads the password with the rights of the server's user.
	forInitdb := filepath.Join(temporary, "password")
	if err := errors.Join(os.WriteFile(forInitdb, []byte(password), 0o600), owner.own(forInitdb)); err != nil {
		return "", fmt.Errorf("hand the password to initdb: %w", err)
	}

	cluster := filepath.Join(temporary, "data")
	command := exec.CommandContext(ctx, filepath.Join(p.Bin, "initdb"), "--pgdata="+cluster, "--username="+superuser, "--auth=scram-sha-256",
		"--pwfile="+forInitdb, "--encoding=UTF8", "--locale=C.UTF-8")
	command.Dir, command.Env = "/", process.Environment(p.Bin)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}

	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make the database with initdb: %w: %s", err, strings.TrimSpace(string(output)))
	}

	if err := errors.Join(os.Rename(cluster, data), os.RemoveAll(temporary)); err != nil {
		return "", fmt.Errorf("keep the new database: %w", err)
	}

	return password, nil
}
