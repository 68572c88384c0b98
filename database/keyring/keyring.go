// Package keyring seals and opens the values that stand in sealed columns, and replaces the keys that they are sealed with.
//
// The keys are a keyset in the database (internal/secret Keyset), sealed by the platform's key, which services get from their environment. Two levels
// of keys, since the keys of values can then be replaced by one command while everything runs: nobody's environment changes, no process is started
// anew. A dump of the database is worth nothing without the platform's key.
//
// No process has to be told of a new key. Whoever seals a value reads the keyset in the same transaction, under a lock that a rotation waits for, so
// that nothing is sealed by a key that is not the primary one any more. Whoever opens a value keeps the keyset in memory and reads it again when a
// value names a key that is not in it.
package keyring

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Keyring holds the platform's keys as this process last read them. It may be used by any number of goroutines.
type Keyring struct {
	keys secret.Keys

	mutex   sync.Mutex
	version int64
	keyset  *secret.Keyset
	// missed are the keys that the database did not have, either, and when it was asked.
	missed map[uint32]time.Time
}

// Open reads the keyset, and makes it for a platform that has none. It returns secret.ErrWrongKey, and changes nothing, where the keys are not those
// of the platform.
func Open(ctx context.Context, pool *pgxpool.Pool, keys secret.Keys) (*Keyring, error) {
	k := &Keyring{keys: keys, missed: map[uint32]time.Time{}}

	err := database.InTx(ctx, pool, func(_ pgx.Tx, queries *database.Queries) error {
		row, err := queries.GetKeyset(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			row, err = create(ctx, queries, keys)
		}

		if err != nil {
			return err
		}

		_, err = k.use(row)

		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the platform's keyset: %w", err)
	}

	return k, nil
}

// create makes the first keyset, or finds the one that another process makes at the same time.
func create(ctx context.Context, queries *database.Queries, keys secret.Keys) (database.Keyset, error) {
	if err := checkFormerValues(ctx, queries, keys); err != nil {
		return database.Keyset{}, err
	}

	first, err := secret.NewKeyset()
	if err != nil {
		return database.Keyset{}, err
	}

	sealed, err := first.SealWith(keys.Current)
	if err != nil {
		return database.Keyset{}, err
	}

	if err := queries.CreateKeyset(ctx, sealed); err != nil {
		return database.Keyset{}, fmt.Errorf("insert the keyset: %w", err)
	}

	return queries.GetKeyset(ctx)
}

// checkFormerValues refuses keys that do not open what was sealed before there were keysets: a keyset made with them would hide that they are wrong.
func checkFormerValues(ctx context.Context, queries *database.Queries, keys secret.Keys) error {
	variable, err := queries.GetAnySealedVariable(ctx)
	if err == nil {
		_, err = keys.OpenFormerVariable(variable.ID, variable.ValueSealed)
	}

	if errors.Is(err, pgx.ErrNoRows) {
		var deployment database.GetAnySealedEnvironmentRow

		if deployment, err = queries.GetAnySealedEnvironment(ctx); err == nil {
			_, err = keys.OpenFormerSnapshot(deployment.ID, deployment.EnvironmentSealed)
		}
	}

	switch {
	case err == nil, errors.Is(err, pgx.ErrNoRows):
		return nil
	case errors.Is(err, secret.ErrNotFormer):
		return secret.ErrWrongKey
	default:
		return fmt.Errorf("look for a sealed value: %w", err)
	}
}

// use returns the keyset of the row, and remembers it where it is newer than the one in memory.
func (k *Keyring) use(row database.Keyset) (*secret.Keyset, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()

	if k.keyset != nil && row.Version <= k.version {
		return k.keyset, nil
	}

	keyset, err := secret.OpenKeyset(row.KeysetSealed, k.keys)
	if err != nil {
		return nil, err
	}

	k.keyset, k.version = keyset, row.Version

	return keyset, nil
}

// inMemory returns the keyset as it was last read.
func (k *Keyring) inMemory() *secret.Keyset {
	k.mutex.Lock()
	defer k.mutex.Unlock()

	return k.keyset
}
