// Package postgresbin finds the programs of the Postgres that this machine has.
package postgresbin

import (
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

// dumpProgram is one that comes with Postgres' clients.
const dumpProgram = "pg_dump"

// Find returns the folder of the programs of a Postgres server: the configured one where that is not empty, else the newest that
// Debian installed. The error says what to install.
func Find(configured string) (string, error) { return find(configured, "initdb", "postgresql") }

// FindClient is Find for the programs of Postgres' clients, which may be there without a server. Those of a server's major version come before the newest:
// what a newer pg_dump writes an older server may not understand.
func FindClient(configured string, major int) (string, error) {
	own := filepath.Join("/usr/lib/postgresql", strconv.Itoa(major), "bin")
	if _, err := os.Stat(filepath.Join(own, dumpProgram)); configured == "" && err == nil {
		return own, nil
	}

	return find(configured, dumpProgram, "postgresql-client")
}

// find returns the folder that has a program. The error names the Debian package that brings it.
func find(configured, program, debianPackage string) (string, error) {
	if configured != "" {
		if _, err := os.Stat(filepath.Join(configured, program)); err != nil {
			return "", fmt.Errorf("ZEITWORK_POSTGRES_BIN names a folder without Postgres' programs: %w", err)
		}

		return configured, nil
	}

	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if err != nil {
		return "", fmt.Errorf("look for Postgres: %w", err)
	}

	newest := slices.MaxFunc(append(found, ""), func(a, b string) int { return majorVersion(a) - majorVersion(b) })
	if newest == "" {
		return "", fmt.Errorf("%s of Postgres is not installed; install the Debian package %s, or name the folder of its programs in ZEITWORK_POSTGRES_BIN",
			program, debianPackage)
	}

	return filepath.Dir(newest), nil
}

// majorVersion is N in /usr/lib/postgresql/N/bin/PROGRAM, and -1 in anything else.
func majorVersion(program string) int {
	version, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program))))
	if err != nil {
		return -1
	}

	return version
}
