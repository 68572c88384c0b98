package main

import (
	"context"
	"os"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
)

// backUp makes a backup with the package's program, and returns the file with the key that opens it.
func (b *platformBundle) backUp(t *testing.T) (key string) {
	t.Helper()

	made, err := b.command(t.Context(), nil, "backup", "keygen")
	require.NoError(t, err)

	key = b.operator.path("/backup.key")
	require.NoError(t, os.WriteFile(key, []byte(made), 0o600))

	public := regexp.MustCompile(`ZEITWORK_BACKUP_RECIPIENTS=(\S+)`).FindStringSubmatch(made)
	require.NotNil(t, public, made)

	_, err = b.command(t.Context(), b.backupSettings("ZEITWORK_BACKUP_RECIPIENTS="+public[1]), "backup")
	require.NoError(t, err)

	return key
}

func (b *platformBundle) backupSettings(more ...string) []string {
	return append([]string{
		"ZEITWORK_SECRET_KEY=" + b.secrets["ZEITWORK_SECRET_KEY"], "ZEITWORK_DATABASE_URL=" + b.secrets["ZEITWORK_DATABASE_URL"],
		"ZEITWORK_BACKUP_TARGET=" + b.operator.path("/backups"),
	}, more...)
}

// loseDatabase takes the database away while everything runs, and puts an empty one in its place.
func (b *platformBundle) loseDatabase(t *testing.T) {
	t.Helper()

	at, err := pgx.ParseConfig(b.database)
	require.NoError(t, err)

	server, err := pgx.Connect(t.Context(), os.Getenv(databasetest.URLVariable))
	require.NoError(t, err)

	defer func() { _ = server.Close(context.WithoutCancel(t.Context())) }()

	name := pgx.Identifier{at.Database}.Sanitize()

	for _, statement := range []string{"DROP DATABASE " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		_, err := server.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
}

// restore stops the control plane and restores its database.
func (b *platformBundle) restore(t *testing.T, key string) {
	t.Helper()

	b.stop(t, secondVersion)

	said, err := b.command(t.Context(), b.backupSettings("ZEITWORK_BACKUP_IDENTITY="+key), "restore")
	require.NoError(t, err)
	require.Contains(t, said, "is restored")
}

// startAgain starts the containers that were stopped, as `kamal app boot` does.
func (b *platformBundle) startAgain(t *testing.T, version string) {
	t.Helper()

	for _, container := range []*dockerContainer{b.web[version], b.worker[version]} {
		require.NoError(t, container.start(context.WithoutCancel(t.Context())))
	}

	require.NoError(t, b.proxy.deploy(t.Context(), b.web[version].address.String()))
}
