package databasetest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// fingerprintLength keeps the template's name below Postgres's limit of 63 bytes.
const fingerprintLength = 16

// template returns the name of the migrated database that tests copy. The first process that needs it makes it; it stays
// on the server for all that migrate alike.
func template(ctx context.Context) (string, error) {
	fingerprint, err := database.Fingerprint()
	if err != nil {
		return "", fmt.Errorf("name the template: %w", err)
	}

	name := "template_" + fingerprint[:fingerprintLength]

	return name, onServer(ctx, func(server *pgx.Conn) error {
		if made, err := exists(ctx, server, name); made || err != nil {
			return err
		}

		// The lock goes with the connection.
		if _, err := server.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended('zeitwork.databasetest', 0))"); err != nil {
			return fmt.Errorf("wait for others that make the template: %w", err)
		}

		if made, err := exists(ctx, server, name); made || err != nil {
			return err
		}

		return makeTemplate(ctx, server, name)
	})
}

func exists(ctx context.Context, server *pgx.Conn, name string) (bool, error) {
	var found bool
	if err := server.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&found); err != nil {
		return false, fmt.Errorf("look for the template: %w", err)
	}

	return found, nil
}

// makeTemplate migrates a database under another name first: whoever finds the template finds it complete, and with no
// connection to it.
func makeTemplate(ctx context.Context, server *pgx.Conn, name string) error {
	unfinished := "unfinished_" + name

	for _, statement := range []string{"DROP DATABASE IF EXISTS " + unfinished + " WITH (FORCE)", "CREATE DATABASE " + unfinished} {
		if _, err := server.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}

	if err := migrate(ctx, urlOf(unfinished)); err != nil {
		return err
	}

	if _, err := server.Exec(ctx, fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", unfinished, name)); err != nil {
		return fmt.Errorf("rename the template: %w", err)
	}

	return nil
}

func migrate(ctx context.Context, databaseURL string) error {
	pool, err := database.Open(ctx, database.Config{URL: databaseURL, MaxConns: 1})
	if err != nil {
		return fmt.Errorf("open the template: %w", err)
	}
	defer pool.Close()

	if err := database.Migrate(ctx, pool); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}

	return nil
}
