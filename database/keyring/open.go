package keyring

import (
	"context"
	"fmt"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	// lookAgain is after how long the database is asked once more for a key that it did not have. A key is there before any value that it sealed,
	// so that only a damaged value or a restored backup names one that is not.
	lookAgain = time.Minute
	// maxMissed bounds how many of those keys are remembered.
	maxMissed = 1000
)

// seal seals a value under the keyset's primary key. It locks the keyset against a rotation until the transaction ends.
func (k *Keyring) seal(ctx context.Context, queries *database.Queries, plaintext []byte, value secret.Context) ([]byte, error) {
	row, err := queries.ShareKeyset(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the keyset: %w", err)
	}

	keyset, err := k.use(row)
	if err != nil {
		return nil, err
	}

	return keyset.Seal(plaintext, value)
}

// open opens a value with the keyset in memory, then in the former way, and then with the keyset in the database, if that may help. It asks the
// database by the given queries: a transaction that took a second connection of the pool could wait for it in vain.
func (k *Keyring) open(
	ctx context.Context, queries *database.Queries, sealed []byte, value secret.Context, former func() ([]byte, error),
) ([]byte, error) {
	keyset := k.inMemory()

	plaintext, err := keyset.Open(sealed, value)
	if err == nil {
		return plaintext, nil
	}

	// The first bytes of a value that was sealed in the former way are random and may look like a key's id.
	if plaintext, err := former(); err == nil {
		return plaintext, nil
	}

	id, unknown := keyset.UnknownKey(sealed)
	if !unknown || !k.mayLook(id, time.Now()) {
		return nil, err
	}

	row, readErr := queries.GetKeyset(ctx)
	if readErr != nil {
		return nil, fmt.Errorf("read the keyset: %w", readErr)
	}

	if keyset, readErr = k.use(row); readErr != nil {
		return nil, readErr
	}

	if _, unknown := keyset.UnknownKey(sealed); unknown {
		k.miss(id, time.Now())
	}

	return keyset.Open(sealed, value)
}

// mayLook tells whether the database is to be asked for the key.
func (k *Keyring) mayLook(id uint32, now time.Time) bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()

	asked, missed := k.missed[id]

	return !missed || now.Sub(asked) >= lookAgain
}

// miss notes that the database does not have the key.
func (k *Keyring) miss(id uint32, now time.Time) {
	k.mutex.Lock()
	defer k.mutex.Unlock()

	if len(k.missed) >= maxMissed {
		clear(k.missed)
	}

	k.missed[id] = now
}
