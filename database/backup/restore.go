package backup

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// afterRestore mends what is not true of a restored database any more.
//
//go:embed after_restore.sql
var afterRestore string

// Restored says what was restored.
type Restored struct {
	Manifest

	// Took is how long it took, until the platform may be started.
	Took time.Duration
}

// Restore restores a backup into an empty database, in one transaction, and migrates it to this version: the newest backup, or the newest that is not newer
// than at says (a backup's name or a time). Nothing is changed where the backup is not whole, was made with another key or by a newer version, or where the
// database has tables or is in use.
func Restore(ctx context.Context, source Source, config Config, at string) (Restored, error) {
	begun := time.Now()

	store, err := config.Store()
	if err != nil {
		return Restored{}, err
	}

	chosen, err := choose(ctx, store, source.Keys, at)
	if err != nil {
		return Restored{}, err
	}

	if err := chosen.checkVersion(); err != nil {
		return Restored{}, err
	}

	identities, err := config.identities()
	if err != nil {
		return Restored{}, err
	}

	server, err := connect(ctx, source.URL, source.Programs)
	if err != nil {
		return Restored{}, err
	}

	defer func() { _ = server.connection.Close(context.WithoutCancel(ctx)) }()

	if err := errors.Join(server.checkEmpty(ctx), server.checkUnused(ctx)); err != nil {
		return Restored{}, err
	}

	// psql executes the dump. It gets a copy that nobody can change, and none of it before the whole copy is known to be the one of the manifest.
	local, remove, err := fetch(ctx, store, chosen.Manifest)
	if err != nil {
		return Restored{}, err
	}

	defer remove()

	if err := verify(ctx, local, chosen.Manifest, identities); err != nil {
		return Restored{}, err
	}

	dump, err := open(ctx, local, chosen.Manifest, identities)
	if err != nil {
		return Restored{}, err
	}

	defer dump.close()

	if err := server.execute(ctx, dump); err != nil {
		return Restored{}, fmt.Errorf("restore the database, which is empty still: %w", err)
	}

	if err := migrate(ctx, source.URL); err != nil {
		return Restored{}, fmt.Errorf("the backup is restored, and not migrated yet (run `zeitwork migrate`): %w", err)
	}

	return Restored{Manifest: chosen.Manifest, Took: time.Since(begun)}, nil
}

// Recovered does to a database that Postgres' own tools have recovered, as to a point in time, what Restore does behind the dump: nodes and edges go by it,
// whatever they do by now. It may be repeated.
func Recovered(ctx context.Context, source Source) error {
	server, err := connect(ctx, source.URL, source.Programs)
	if err != nil {
		return err
	}

	defer func() { _ = server.connection.Close(context.WithoutCancel(ctx)) }()

	if err := server.checkUnused(ctx); err != nil {
		return err
	}

	if _, err := sealingKey(ctx, database.New(server.connection), source.Keys); err != nil {
		return err
	}

	if err := migrate(ctx, source.URL); err != nil {
		return err
	}

	return server.execute(ctx, strings.NewReader(""))
}

// execute runs the statements of a dump and of what follows a restore in one transaction. Where the dump ends with an error, Postgres never sees the
// transaction's end.
func (p *postgres) execute(ctx context.Context, dump io.Reader) error {
	script := io.MultiReader(strings.NewReader("BEGIN;\n"), dump, strings.NewReader("\n"+afterRestore+"\nCOMMIT;\nANALYZE;\n"))

	return p.run(ctx, script, nil, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
}

// checkVersion refuses the backup of a newer version.
func (l listed) checkVersion() error {
	known, err := database.KnowsMigration(l.Migration)
	if err != nil {
		return err
	}

	if !known {
		return problem.New(problem.Conflict, "The backup %s was made by a newer version of zeitwork (%s). Restore it with that one.", l.Name, l.Version)
	}

	return nil
}

// checkEmpty refuses a database that has tables.
func (p *postgres) checkEmpty(ctx context.Context) error {
	var tables int

	const query = `SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
		WHERE relkind IN ('r', 'p', 'v', 'm') AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\_%'`
	if err := p.connection.QueryRow(ctx, query).Scan(&tables); err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}

	if tables > 0 {
		return problem.New(problem.Conflict, "The database %s has tables (%d). A backup is restored into an empty one: make it with `createdb`, name it in "+
			"ZEITWORK_DATABASE_URL, and keep this one until you know that you do not need it.", p.name(), tables)
	}

	return nil
}

// partingTime is how long connections may take to end whose programs have ended just now.
const partingTime = 2 * time.Second

// checkUnused refuses a database that others use.
func (p *postgres) checkUnused(ctx context.Context) error {
	const pause = 50 * time.Millisecond

	for began := time.Now(); ; {
		others, err := p.countOthers(ctx)

		switch {
		case err != nil || others == 0:
			return err
		case time.Since(began) > partingTime:
			return problem.New(problem.Conflict, "Others are connected to the database %s (%d connections). Stop every API and worker first.", p.name(), others)
		}

		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *postgres) countOthers(ctx context.Context) (others int, _ error) {
	const query = `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`
	if err := p.connection.QueryRow(ctx, query).Scan(&others); err != nil {
		return 0, fmt.Errorf("look who uses the database: %w", err)
	}

	return others, nil
}

func (p *postgres) name() string { return strings.TrimPrefix(p.url.Path, "/") }

func migrate(ctx context.Context, databaseURL string) error {
	const connections = 2

	pool, err := database.Open(ctx, database.Config{URL: databaseURL, MaxConns: connections})
	if err != nil {
		return err
	}
	defer pool.Close()

	return database.Migrate(ctx, pool)
}
