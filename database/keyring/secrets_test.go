package keyring_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestSecret_IsReadByItsSubjectAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)
	key := keyring.Secret{Kind: "deploy_key", OrganisationID: b.organisation, SubjectID: b.project}

	_, err := k.Secret(t.Context(), b.queries, key)
	require.ErrorIs(t, err, pgx.ErrNoRows)

	require.NoError(t, k.PutSecret(t.Context(), b.queries, key, "first"))
	require.NoError(t, k.PutSecret(t.Context(), b.queries, key, "second"))

	value, err := k.Secret(t.Context(), b.queries, key)
	require.NoError(t, err)
	require.Equal(t, "second", value)

	for name, column := range map[string]string{
		// What each case changes of the row.
		"another subject": "subject_id = gen_random_uuid()", "another kind": "kind = 'https_credential'", "another organisation": "organisation_id = NULL",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := setup(t)
			k := b.keyring(t)
			moved := keyring.Secret{Kind: "deploy_key", OrganisationID: b.organisation, SubjectID: b.project}
			require.NoError(t, k.PutSecret(t.Context(), b.queries, moved, "secret"))
			b.exec(t, "UPDATE secrets SET "+column+" WHERE subject_id = $1", moved.SubjectID)

			row := keyring.Secret{}
			require.NoError(t, b.pool.QueryRow(t.Context(),
				"SELECT kind, subject_id, coalesce(organisation_id, '00000000-0000-0000-0000-000000000000') FROM secrets",
			).Scan(&row.Kind, &row.SubjectID, &row.OrganisationID))

			_, err := k.Secret(t.Context(), b.queries, row)
			require.Error(t, err, "a value that was moved must not open")
		})
	}
}

func TestRotate_SealsSecretsAnew(t *testing.T) {
	t.Parallel()

	b := setup(t)
	k := b.keyring(t)
	own := keyring.Secret{Kind: "deploy_key", OrganisationID: b.organisation, SubjectID: b.project}
	platforms := keyring.Secret{Kind: "github_app_private_key", SubjectID: id.New()}

	require.NoError(t, k.PutSecret(t.Context(), b.queries, own, "own"))
	require.NoError(t, k.PutSecret(t.Context(), b.queries, platforms, "the platform's"))

	require.Equal(t, 2, b.rotate(t, k).Resealed)
	require.Len(t, b.keys(t), 1)

	for about, want := range map[keyring.Secret]string{own: "own", platforms: "the platform's"} {
		value, err := b.keyring(t).Secret(t.Context(), b.queries, about)
		require.NoError(t, err)
		require.Equal(t, want, value)
	}
}
