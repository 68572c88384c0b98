package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/version"
)

// lockWait is how long a dump waits for a table that a migration changes.
const lockWait = "60s"

// Source is the database that is backed up or restored.
type Source struct {
	URL string
	// Keys are the platform's.
	Keys     secret.Keys
	Programs postgresbin.Config
}

// Make backs up a database. The platform may run meanwhile.
func Make(ctx context.Context, source Source, config Config) (Manifest, error) {
	begun := time.Now()

	recipients, err := config.recipients()
	if err != nil {
		return Manifest{}, err
	}

	store, err := config.Store()
	if err != nil {
		return Manifest{}, err
	}

	server, err := connect(ctx, source.URL, source.Programs)
	if err != nil {
		return Manifest{}, err
	}

	defer func() { _ = server.connection.Close(context.WithoutCancel(ctx)) }()

	var (
		made Manifest
		key  secret.Key
	)

	// The transaction's snapshot is what the dump shows.
	err = pgx.BeginTxFunc(ctx, server.connection, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var snapshot string
		if made, key, snapshot, err = describe(ctx, tx, source.Keys); err != nil {
			return err
		}

		made.Postgres = server.version

		return store.Put(ctx, made.dump(), func(out io.Writer) error {
			stored := &counted{out: out, hash: sha256.New()}

			dumped, err := dump(ctx, server, snapshot, stored, recipients)
			made.Bytes, made.DumpBytes, made.SHA256 = stored.bytes, dumped, hex.EncodeToString(stored.hash.Sum(nil))

			return err
		})
	})
	if err != nil {
		return Manifest{}, fmt.Errorf("dump the database: %w", err)
	}

	made.Took = time.Since(begun)

	text, err := made.sign(key)
	if err != nil {
		return Manifest{}, err
	}

	err = store.Put(ctx, made.Name+manifestSuffix, func(out io.Writer) error {
		_, err := out.Write(text)

		return err //nolint:wrapcheck // The store's.
	})
	if err != nil {
		return made, err
	}

	// `zeitwork doctor --platform` tells operators how old the newest one is.
	err = database.New(server.connection).RecordBackup(ctx, database.RecordBackupParams{
		Target: config.Target, Name: made.Name, SnapshotAt: made.SnapshotAt, Bytes: made.Bytes,
	})
	if err != nil {
		return made, fmt.Errorf("the backup %s is made, but could not be noted in the database: %w", made.Name, err)
	}

	return made, nil
}

// describe returns what a manifest says of the transaction's snapshot, the key that seals the platform's keyset, and the snapshot's name.
func describe(ctx context.Context, tx pgx.Tx, keys secret.Keys) (made Manifest, key secret.Key, snapshot string, err error) {
	// The transaction is idle while pg_dump uses its snapshot: a timeout that the role or the database sets for idle transactions would end it.
	const prepare = "SET LOCAL idle_in_transaction_session_timeout = 0"
	if _, err = tx.Exec(ctx, prepare); err != nil {
		return made, key, "", fmt.Errorf("lift the session's timeouts: %w", err)
	}

	if err = tx.QueryRow(ctx, "SELECT pg_export_snapshot(), clock_timestamp()").Scan(&snapshot, &made.SnapshotAt); err != nil {
		return made, key, "", fmt.Errorf("export the snapshot: %w", err)
	}

	known, err := database.HasNewestMigration(ctx, tx)
	if err != nil {
		return made, key, "", err
	}

	if !known {
		return made, key, "", problem.New(problem.Conflict, "The schema of the database is not that of this version. "+
			"Back up with the version that migrated it, or run `zeitwork migrate` first.")
	}

	if key, err = sealingKey(ctx, database.New(tx), keys); err != nil {
		return made, key, "", err
	}

	made.SnapshotAt = made.SnapshotAt.UTC()
	made.Name, made.Version, made.KeyFingerprint = namePrefix+made.SnapshotAt.Format(nameTime), version.Get().Version, fingerprint(key)
	made.Migration, err = database.NewestMigration()

	return made, key, snapshot, err
}

// sealingKey returns that of the keys which seals the platform's keyset.
func sealingKey(ctx context.Context, queries *database.Queries, keys secret.Keys) (secret.Key, error) {
	row, err := queries.GetKeyset(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return keys.Current, nil
	}

	if err != nil {
		return secret.Key{}, fmt.Errorf("read the keyset: %w", err)
	}

	for _, key := range keys.All() {
		if _, err := secret.OpenKeyset(row.KeysetSealed, secret.Keys{Current: key}); err == nil {
			return key, nil
		}
	}

	return secret.Key{}, secret.ErrWrongKey
}

// dump writes what pg_dump says of a snapshot, compressed and encrypted, and returns how many bytes it has said.
func dump(ctx context.Context, server *postgres, snapshot string, out io.Writer, recipients []age.Recipient) (int64, error) {
	encrypted, err := age.Encrypt(out, recipients...)
	if err != nil {
		return 0, fmt.Errorf("encrypt the dump: %w", err)
	}

	compressed, err := zstd.NewWriter(encrypted)
	if err != nil {
		return 0, fmt.Errorf("compress the dump: %w", err)
	}

	plain := &counted{out: compressed}

	err = server.run(ctx, nil, plain, "pg_dump", "--format=plain", "--encoding=UTF8", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions",
		"--lock-wait-timeout="+lockWait, "--snapshot="+snapshot)
	if err != nil {
		return 0, errors.Join(err, compressed.Close())
	}

	if err := compressed.Close(); err != nil {
		return 0, fmt.Errorf("compress the dump: %w", err)
	}

	if err := encrypted.Close(); err != nil {
		return 0, fmt.Errorf("encrypt the dump: %w", err)
	}

	return plain.bytes, nil
}

// counted counts what is written, and hashes it where it has a hash.
type counted struct {
	out   io.Writer
	bytes int64
	hash  hash.Hash
}

func (c *counted) Write(text []byte) (int, error) {
	written, err := c.out.Write(text)
	c.bytes += int64(written)

	if c.hash != nil {
		_, _ = c.hash.Write(text[:written]) // A hash takes everything.
	}

	return written, err //nolint:wrapcheck // It is a writer's.
}
