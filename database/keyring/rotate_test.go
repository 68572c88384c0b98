package keyring_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func (b *testBundle) rotate(t *testing.T, k *keyring.Keyring) keyring.Rotation {
	t.Helper()

	rotation, err := k.Rotate(t.Context(), b.pool)
	require.NoError(t, err)
	require.Empty(t, rotation.Unreadable)

	return rotation
}

func TestRotate_UnderConcurrentWrites_LosesNothing(t *testing.T) {
	t.Parallel()

	const (
		writers = 4
		rounds  = 3
	)

	b := setup(t)
	operator := b.keyring(t)

	for i := range 210 { // More than a batch.
		b.set(t, operator, b.two, "KEPT_"+strconv.Itoa(i), "kept")
	}

	deployments := []uuid.UUID{b.former(t, "FORMER"), b.deploy(t, operator, map[string]string{"NAME": "canary"})}

	// Each process writes its variable again and again, and reads all others'.
	processes, last := make([]*keyring.Keyring, writers), make([]string, writers)
	for i := range processes {
		processes[i] = b.keyring(t)
		b.set(t, processes[i], b.project, "OF_"+strconv.Itoa(i), "")
	}

	rotated, group := make(chan struct{}), errgroup.Group{}

	for i, k := range processes {
		group.Go(func() error {
			for round := 0; ; round++ {
				last[i] = fmt.Sprintf("canary-%d", round)
				if err := b.write(t.Context(), k, "OF_"+strconv.Itoa(i), last[i]); err != nil {
					return err
				}

				if _, err := b.get(t, k, b.project, "OF_"+strconv.Itoa((i+1)%writers)); err != nil {
					return err
				}

				if _, err := b.environmentOf(t, k, deployments[round%2]); err != nil {
					return err
				}

				select {
				case <-rotated:
					return nil
				default:
				}
			}
		})
	}

	// Two operators at once.
	var operators sync.WaitGroup

	for range 2 {
		operators.Go(func() {
			for range rounds {
				if _, err := operator.Rotate(t.Context(), b.pool); err != nil {
					t.Error(err)
				}
			}
		})
	}

	operators.Wait()
	close(rotated)
	require.NoError(t, group.Wait())

	b.rotate(t, operator)

	keys := b.keys(t)
	require.Len(t, keys, 1, "all values are under the newest key")

	for i := range writers {
		b.requireValue(t, operator, "OF_"+strconv.Itoa(i), last[i])
	}

	b.requireValue(t, processes[0], "FORMER", "canary")

	for i := range 210 {
		value, err := b.get(t, operator, b.two, "KEPT_"+strconv.Itoa(i))
		require.NoError(t, err)
		require.Equal(t, "kept", value)
	}

	for i, name := range []string{"FORMER", "NAME"} {
		environment, err := b.environmentOf(t, processes[i], deployments[i])
		require.NoError(t, err)
		require.Equal(t, map[string]string{name: "canary"}, environment)
	}
}

// write is set without a test that it fails.
func (b *testBundle) write(ctx context.Context, k *keyring.Keyring, name, value string) error {
	return database.InTx(ctx, b.pool, func(tx pgx.Tx, queries *database.Queries) error {
		sealed, err := k.SealVariable(ctx, queries, keyring.Variable{OrganisationID: b.organisation, ProjectID: b.project, Scope: "all", Name: name}, value)
		if err != nil {
			return err
		}

		_, err = tx.Exec(ctx, "UPDATE environment_variables SET value_sealed = $1 WHERE project_id = $2 AND name = $3", sealed, b.project, name)

		return err
	})
}

func TestRotate_ValueBeingSealedMeanwhile_IsWaitedForAndSealedAnew(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)

	tx, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	sealed, err := k.SealVariable(t.Context(), database.New(tx), keyring.Variable{OrganisationID: b.organisation, ProjectID: b.project, Scope: "all", Name: "NAME"}, "canary")
	require.NoError(t, err)

	operator, ended := b.keyring(t), make(chan keyring.Rotation, 1)

	go func() {
		rotation, err := operator.Rotate(t.Context(), b.pool)
		if err != nil {
			t.Error(err)
		}

		ended <- rotation
	}()

	require.Eventually(t, func() bool { return b.waiting(t) }, patience, interval, "the rotation waits for the lock")
	_, err = tx.Exec(t.Context(), "INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ($1, $2, 'NAME', $3)", id.New(), b.project, sealed)
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))

	require.Equal(t, 1, (<-ended).Resealed)
	b.requireValue(t, k, "NAME", "canary")
}

func TestRotate_KilledInTheMiddle_IsGoneOnWith(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)

	for i := range 20 {
		b.set(t, k, b.project, "NAME_"+strconv.Itoa(i), "canary")
	}

	// A transaction holds one row, so that the rotation stands before it.
	tx, err := b.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT FROM environment_variables WHERE name = 'NAME_10' FOR UPDATE")
	require.NoError(t, err)

	ctx, kill := context.WithCancel(t.Context())
	operator, ended := b.keyring(t), make(chan error, 1)

	go func() {
		_, err := operator.Rotate(ctx, b.pool)
		ended <- err
	}()

	require.Eventually(t, func() bool { return b.waiting(t) }, patience, interval)
	kill()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, tx.Rollback(t.Context()))
	require.Len(t, b.keys(t), 2, "some values are sealed anew")

	// Processes read both, one that knows the old key alone among them.
	for i := range 20 {
		b.requireValue(t, k, "NAME_"+strconv.Itoa(i), "canary")
	}

	rotation := b.rotate(t, b.keyring(t))
	require.False(t, rotation.Added)
	require.InDelta(t, 10, rotation.Resealed, 1, "the statement that waited may have come to its end")
	require.Len(t, b.keys(t), 1)

	rotation = b.rotate(t, b.keyring(t))
	require.True(t, rotation.Added)
	require.Equal(t, 20, rotation.Resealed)
	require.Equal(t, 1, rotation.Removed, "the first key")
}

func TestRotate_ProcessThatHasNotSeenTheNewKey_ReadsAndWritesWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	early, operator := b.keyring(t), b.keyring(t)
	b.set(t, early, b.project, "NAME", "canary")
	b.rotate(t, operator)

	b.requireValue(t, early, "NAME", "canary")
	b.set(t, b.keyring(t), b.project, "NAME", "canary-2")
	b.rotate(t, operator)
	b.set(t, early, b.project, "NAME", "canary-3")
	b.requireValue(t, operator, "NAME", "canary-3")
	require.Equal(t, 1, b.rotateAgain(t).Removed, "one old key goes with each rotation")
}

// rotateAgain rotates with a process that has just started.
func (b *testBundle) rotateAgain(t *testing.T) keyring.Rotation {
	t.Helper()

	return b.rotate(t, b.keyring(t))
}

func TestRotate_WithTheKeyBefore_SealsEverythingUnderTheNewOne(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.former(t, "FORMER")
	old := b.keyring(t)
	b.set(t, old, b.project, "NAME", "canary")

	keys := secret.Keys{Current: secret.GenerateKey(), Previous: b.key}

	// A process with both keys reads and writes, and leaves the keyset to those that have the old one alone.
	both := b.keyringWith(t, keys)
	b.requireValue(t, both, "FORMER", "canary")
	b.set(t, both, b.project, "NAME", "canary-2")
	b.requireValue(t, b.keyring(t), "NAME", "canary-2")

	b.rotate(t, both)

	fresh := b.keyringWith(t, secret.Keys{Current: keys.Current})
	b.requireValue(t, fresh, "NAME", "canary-2")
	b.requireValue(t, fresh, "FORMER", "canary")

	environment, err := b.environmentOf(t, fresh, deployment)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"FORMER": "canary"}, environment)

	_, err = keyring.Open(t.Context(), b.pool, secret.Keys{Current: b.key})
	require.ErrorIs(t, err, secret.ErrWrongKey)

	// A process that was not given the new key says so when it meets what it cannot read.
	_, err = b.get(t, old, b.project, "NAME")
	require.ErrorIs(t, err, secret.ErrWrongKey)
}

func TestRotate_ValueThatNoKeyOpens_IsNamedAndLeftWithAllKeys(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)
	b.set(t, k, b.project, "GOOD", "canary")
	b.rotate(t, k)
	b.set(t, k, b.project, "BAD", "canary")
	b.exec(t, "UPDATE environment_variables SET value_sealed = value_sealed || '\\x00' WHERE name = 'BAD'")

	rotation, err := k.Rotate(t.Context(), b.pool)
	require.NoError(t, err)
	require.Equal(t, keyring.Rotation{Added: true, Resealed: 1, Unreadable: []string{
		fmt.Sprintf("environment_variables.value_sealed:%s:%s:all:BAD", b.organisation, b.project),
	}}, rotation)
	b.requireValue(t, k, "GOOD", "canary")

	b.exec(t, "DELETE FROM environment_variables WHERE name = 'BAD'")
	require.Equal(t, 2, b.rotateAgain(t).Removed)
}
