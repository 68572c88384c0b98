package keyring

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Rotation says what a rotation has done.
type Rotation struct {
	// Added tells whether there is a new key; false where an earlier rotation, which had not come to its end, was gone on with.
	Added bool
	// Resealed counts the values that were sealed anew, and Removed the old keys that are gone.
	Resealed, Removed int
	// Overtaken tells that another rotation has begun meanwhile, which seals anew what this one did not.
	Overtaken bool
	// Unreadable names values that none of the keys opens. They were left as they are, and so were all keys.
	Unreadable []string
}

// Rotate makes a new primary key, seals all values anew under it, and removes the keys that are older than the one before. It seals the keyset itself
// with the platform's current key, where the previous one did. Everything may run meanwhile, other rotations too: they share the work. One that ended
// in the middle is gone on with by the next.
func (k *Keyring) Rotate(ctx context.Context, pool *pgxpool.Pool) (Rotation, error) {
	rotation := Rotation{}

	keyset, version, err := k.beginRotation(ctx, pool, &rotation)
	if err != nil {
		return rotation, fmt.Errorf("make a new key: %w", err)
	}

	r := resealer{keyring: k, keyset: keyset, version: version, queries: database.New(pool), rotation: &rotation}

	if err := r.all(ctx); err != nil {
		return rotation, fmt.Errorf("seal values anew: %w", err)
	}

	if err := k.endRotation(ctx, pool, version, &rotation); err != nil {
		return rotation, fmt.Errorf("end the rotation: %w", err)
	}

	return rotation, nil
}

// beginRotation makes the new key, or joins a rotation that has not ended.
func (k *Keyring) beginRotation(ctx context.Context, pool *pgxpool.Pool, rotation *Rotation) (keyset *secret.Keyset, version int64, err error) {
	err = database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		row, err := queries.LockKeyset(ctx)
		if err != nil {
			return err
		}

		if keyset, err = secret.OpenKeyset(row.KeysetSealed, k.keys); err != nil {
			return err
		}

		version = row.Version

		if rotation.Added = row.ResealedAt != nil; rotation.Added {
			version++

			if keyset, err = keyset.WithNewPrimary(); err != nil {
				return err
			}
		}

		return k.write(ctx, queries, keyset, version, nil)
	})

	return keyset, version, err
}

// endRotation records that all values were sealed anew.
func (k *Keyring) endRotation(ctx context.Context, pool *pgxpool.Pool, version int64, rotation *Rotation) error {
	return database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		row, err := queries.LockKeyset(ctx)
		if err != nil {
			return err
		}

		rotation.Overtaken = row.Version != version
		if rotation.Overtaken || row.ResealedAt != nil {
			return nil // Where the version is the same, another process has come to the end first.
		}

		keyset, err := secret.OpenKeyset(row.KeysetSealed, k.keys)
		if err != nil {
			return err
		}

		if len(rotation.Unreadable) == 0 {
			if keyset, rotation.Removed, err = keyset.WithoutOldKeys(); err != nil {
				return err
			}
		}

		now := time.Now()

		return k.write(ctx, queries, keyset, version, &now)
	})
}

func (k *Keyring) write(ctx context.Context, queries *database.Queries, keyset *secret.Keyset, version int64, resealedAt *time.Time) error {
	sealed, err := keyset.SealWith(k.keys.Current)
	if err != nil {
		return err
	}

	return queries.UpdateKeyset(ctx, sealed, version, resealedAt)
}
