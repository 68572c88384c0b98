// Package postgresbin finds the programs of the Postgres that this machine has.
package postgresbin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Config says where Postgres' programs are.
type Config struct {
	Folder string `doc:"Folder of Postgres' programs; empty: the newest that Debian installed." env:"ZEITWORK_POSTGRES_BIN"`
}

// Find returns the folder of Postgres' programs: the configured one where that is not empty, else the newest that Debian
// installed. The error says what to install.
func Find(configured string) (string, error) {
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
		return "", errors.New("no Postgres is installed; install the Debian package postgresql, or name the folder of its programs in ZEITWORK_POSTGRES_BIN")
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
