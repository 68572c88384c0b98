package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// PostgresBin returns the folder of Postgres' programs: the configured one where that is not empty, else the newest that
// Debian installed. The error says what to install.
func PostgresBin(configured string) (string, error) {
	if configured != "" {
		if _, err := os.Stat(filepath.Join(configured, "initdb")); err != nil {
			return "", fmt.Errorf("ZEITWORK_POSTGRES_BIN names a folder without Postgres' programs: %w", err)
		}

		return configured, nil
	}

	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", fmt.Errorf("look for Postgres: %w", err)
	}

	newest := slices.MaxFunc(append(found, ""), func(a, b string) int { return majorVersion(a) - majorVersion(b) })
	if newest == "" {
		return "", errors.New("Postgres is not installed; install the Debian package postgresql, or name the folder of its programs in ZEITWORK_POSTGRES_BIN")
	}

	return filepath.Dir(newest), nil
}

// majorVersion is N in /usr/lib/postgresql/N/bin/initdb, and -1 in anything else.
func majorVersion(initdb string) int {
	version, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	if err != nil {
		return -1
	}

	return version
}

// databaseOwner is the user that the server runs as. Postgres refuses to run as root.
type databaseOwner struct {
	name string
	// credential is nil when the server runs as the user of this process.
	credential *syscall.Credential
}

func databaseUser() (databaseOwner, error) {
	if os.Geteuid() != 0 {
		return databaseOwner{}, nil
	}

	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}

		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)

		if err := errors.Join(uidErr, gidErr); err != nil {
			return databaseOwner{}, fmt.Errorf("read the ids of the user %s: %w", name, err)
		}

		return databaseOwner{name: name, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}

	return databaseOwner{}, errors.New("Postgres refuses to run as root, and this machine has neither a user postgres nor nobody; " +
		"install the Debian package postgresql")
}

// own gives the file to the user.
func (o databaseOwner) own(path string) error {
	if o.credential == nil {
		return nil
	}

	if err := os.Chown(path, int(o.credential.Uid), int(o.credential.Gid)); err != nil {
		return fmt.Errorf("give a file to the user %s: %w", o.name, err)
	}

	return nil
}
