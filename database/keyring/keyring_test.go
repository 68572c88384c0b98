package keyring_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestKeyring_RowsSwappedOrCopied_DoNotOpen(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)
	b.set(t, k, b.project, "ONE", "canary-1")
	b.set(t, k, b.project, "TWO", "canary-2")
	b.set(t, k, b.two, "ONE", "canary-3")
	b.requireValue(t, k, "ONE", "canary-1")

	first, second := b.deploy(t, k, map[string]string{"ONE": "canary-1"}), b.deploy(t, k, map[string]string{"ONE": "canary-4"})

	// Two names of a project are swapped.
	b.exec(t, `UPDATE environment_variables AS v SET value_sealed = other.value_sealed FROM environment_variables AS other
		WHERE v.project_id = $1 AND other.project_id = $1 AND v.id <> other.id`, b.project)
	// One project's value is given to another one's variable of the same name.
	b.exec(t, `UPDATE environment_variables AS v SET value_sealed = other.value_sealed FROM environment_variables AS other
		WHERE v.project_id = $1 AND other.project_id = $2 AND other.name = 'TWO'`, b.two, b.project)
	b.exec(t, `UPDATE deployments AS d SET environment_sealed = other.environment_sealed FROM deployments AS other WHERE d.id <> other.id`)

	for _, name := range []string{"ONE", "TWO"} {
		_, err := b.get(t, k, b.project, name)
		require.ErrorIs(t, err, secret.ErrUnreadable)
		require.NotContains(t, err.Error(), "canary")
	}

	_, err := b.get(t, k, b.two, "ONE")
	require.ErrorIs(t, err, secret.ErrUnreadable)

	_, err = b.environmentOf(t, k, first)
	require.ErrorIs(t, err, secret.ErrUnreadable)
	_, err = b.environmentOf(t, k, second)
	require.ErrorIs(t, err, secret.ErrUnreadable)

	// A deployment that is given to another project keeps its values to itself.
	third := b.deploy(t, k, map[string]string{"ONE": "canary-5"})
	b.exec(t, "UPDATE deployments SET project_id = $1 WHERE id = $2", b.two, third)
	_, err = b.environmentOf(t, k, third)
	require.ErrorIs(t, err, secret.ErrUnreadable)
}

func TestOpen_ManyProcessesAtOnce_AgreeOnOneKeyset(t *testing.T) {
	t.Parallel()

	b := setup(t)
	rings := make([]*keyring.Keyring, 8)
	group := errgroup.Group{}

	for i := range rings {
		group.Go(func() (err error) {
			rings[i], err = keyring.Open(t.Context(), b.pool, secret.Keys{Current: b.key})

			return err
		})
	}

	require.NoError(t, group.Wait())

	for _, k := range rings {
		b.set(t, k, b.project, "NAME", "canary")

		for _, other := range rings {
			b.requireValue(t, other, "NAME", "canary")
		}
	}

	require.Len(t, b.keys(t), 1)
}

func TestOpen_WrongKey_SaysSoAndChangesNothing(t *testing.T) {
	t.Parallel()

	for name, statement := range map[string]string{
		"a platform with a keyset":                 "DELETE FROM deployments WHERE false",
		"a keyset and no value":                    "WITH none AS (DELETE FROM environment_variables) DELETE FROM deployments",
		"of the version before":                    "DELETE FROM keysets",
		"of the version before, without variables": "WITH none AS (DELETE FROM environment_variables) DELETE FROM keysets",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			b.former(t, "NAME")
			b.keyring(t)
			b.exec(t, statement)

			before := b.everything(t)

			for _, keys := range []secret.Keys{{Current: secret.GenerateKey()}, {Current: secret.GenerateKey(), Previous: secret.GenerateKey()}} {
				_, err := keyring.Open(t.Context(), b.pool, keys)
				require.ErrorIs(t, err, secret.ErrWrongKey)
				require.ErrorContains(t, err, "ZEITWORK_SECRET_KEY")
				require.Equal(t, before, b.everything(t))
			}

			b.keyring(t)
		})
	}
}

// everything is all that the tables with sealed values hold.
func (b *testBundle) everything(t *testing.T) string {
	t.Helper()

	var rows string
	require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT json_build_array(
		(SELECT json_agg(keysets) FROM keysets), (SELECT json_agg(v) FROM environment_variables AS v), (SELECT json_agg(d) FROM deployments AS d))`).Scan(&rows))

	return rows
}

func TestKeyring_ValueOfTheVersionBefore_IsReadAndIsSealedAnewWhenWritten(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.former(t, "NAME")
	k := b.keyring(t)
	b.requireValue(t, k, "NAME", "canary")

	environment, err := b.environmentOf(t, k, deployment)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"NAME": "canary"}, environment)

	b.set(t, k, b.project, "NAME", "canary-2")
	b.requireValue(t, k, "NAME", "canary-2")

	b.exec(t, "DELETE FROM deployments")
	require.Len(t, b.keys(t), 1)

	// What was bound to its row alone is bound to more now.
	b.exec(t, "UPDATE environment_variables SET name = 'OTHER'")
	_, err = b.get(t, k, b.project, "OTHER")
	require.ErrorIs(t, err, secret.ErrUnreadable)
}

func TestKeyring_UnknownKey_IsLookedForInTheDatabaseOnceInAWhile(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)

	// A value that names a key which nobody has, as one out of another platform's backup.
	foreign, err := secret.NewKeyset()
	require.NoError(t, err)

	deployment := b.deploy(t, k, nil)
	sealed, err := foreign.Seal([]byte("{}"), secret.SnapshotContext(b.organisation, b.project, deployment))
	require.NoError(t, err)
	b.exec(t, "UPDATE deployments SET environment_sealed = $1 WHERE id = $2", sealed, deployment)

	_, err = b.environmentOf(t, k, deployment)
	require.ErrorIs(t, err, secret.ErrUnreadable)

	// Without the table a second look would fail in another way.
	b.exec(t, "ALTER TABLE keysets RENAME TO keysets_away")

	_, err = b.environmentOf(t, k, deployment)
	require.ErrorIs(t, err, secret.ErrUnreadable)

	// Another key that is not known is looked for.
	foreign, err = foreign.WithNewPrimary()
	require.NoError(t, err)
	sealed, err = foreign.Seal([]byte("{}"), secret.SnapshotContext(b.organisation, b.project, deployment))
	require.NoError(t, err)
	b.exec(t, "UPDATE deployments SET environment_sealed = $1 WHERE id = $2", sealed, deployment)

	_, err = b.environmentOf(t, k, deployment)
	require.ErrorContains(t, err, "read the keyset")
	require.NotErrorIs(t, err, secret.ErrUnreadable)
}
