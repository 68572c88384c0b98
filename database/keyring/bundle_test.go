package keyring_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// testBundle is a database with two projects of one organisation.
type testBundle struct {
	pool                       *pgxpool.Pool
	queries                    *database.Queries
	key                        secret.Key
	organisation, project, two uuid.UUID
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	pool := databasetest.New(t)
	b := &testBundle{pool: pool, queries: database.New(pool), key: secret.GenerateKey(), organisation: id.New(), project: id.New(), two: id.New()}

	b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, 'acme', 'Acme')", b.organisation)

	for _, project := range []uuid.UUID{b.project, b.two} {
		b.exec(t, `INSERT INTO projects (id, organisation_id, name, slug, repository_url) VALUES ($1, $2, 'App', $1::uuid::text, 'https://git.example.com/a.git')`,
			project, b.organisation)
	}

	return b
}

func (b *testBundle) exec(t *testing.T, statement string, arguments ...any) {
	t.Helper()

	_, err := b.pool.Exec(t.Context(), statement, arguments...)
	require.NoError(t, err)
}

// keyring is what a process of the platform opens when it starts.
func (b *testBundle) keyring(t *testing.T) *keyring.Keyring {
	t.Helper()

	return b.keyringWith(t, secret.Keys{Current: b.key})
}

func (b *testBundle) keyringWith(t *testing.T, keys secret.Keys) *keyring.Keyring {
	t.Helper()

	k, err := keyring.Open(t.Context(), b.pool, keys)
	require.NoError(t, err)

	return k
}

// set writes a variable as the API does.
func (b *testBundle) set(t *testing.T, k *keyring.Keyring, project uuid.UUID, name, value string) {
	t.Helper()

	require.NoError(t, database.InTx(t.Context(), b.pool, func(tx pgx.Tx, queries *database.Queries) error {
		sealed, err := k.SealVariable(t.Context(), queries, keyring.Variable{OrganisationID: b.organisation, ProjectID: project, Scope: "all", Name: name}, value)
		if err != nil {
			return err
		}

		_, err = tx.Exec(t.Context(), `INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ($1, $2, $3, $4)
			ON CONFLICT (project_id, name, scope) DO UPDATE SET value_sealed = excluded.value_sealed`, id.New(), project, name, sealed)

		return err
	}))
}

// get reads a variable as a worker does.
func (b *testBundle) get(t *testing.T, k *keyring.Keyring, project uuid.UUID, name string) (string, error) {
	t.Helper()

	rows, err := b.queries.ListSealedVariables(t.Context(), project, "production")
	require.NoError(t, err)

	for _, row := range rows {
		if row.Name == name {
			return k.OpenVariable(t.Context(), b.queries, keyring.Variable{ID: row.ID, OrganisationID: b.organisation, ProjectID: project, Scope: "all", Name: name}, row.ValueSealed)
		}
	}

	require.Fail(t, "there is no variable "+name)

	return "", nil
}

func (b *testBundle) requireValue(t *testing.T, k *keyring.Keyring, name, value string) {
	t.Helper()

	got, err := b.get(t, k, b.project, name)
	require.NoError(t, err)
	require.Equal(t, value, got)
}

func (b *testBundle) snapshot(project, deployment uuid.UUID) keyring.Snapshot {
	return keyring.Snapshot{OrganisationID: b.organisation, ProjectID: project, DeploymentID: deployment}
}

// deploy inserts a deployment that has taken the environment.
func (b *testBundle) deploy(t *testing.T, k *keyring.Keyring, environment map[string]string) uuid.UUID {
	t.Helper()

	deployment := id.New()
	sealed, err := k.SealEnvironment(t.Context(), b.queries, b.snapshot(b.project, deployment), environment)
	require.NoError(t, err)
	b.insertDeployment(t, deployment, sealed)

	return deployment
}

func (b *testBundle) insertDeployment(t *testing.T, deployment uuid.UUID, sealed []byte) {
	t.Helper()
	b.exec(t, `INSERT INTO deployments (id, project_id, step, trigger, branch, environment_sealed, state) VALUES ($1, $2, 'clone', 'manual', 'main', $3, 'failed')`,
		deployment, b.project, sealed)
}

func (b *testBundle) environmentOf(t *testing.T, k *keyring.Keyring, deployment uuid.UUID) (map[string]string, error) {
	t.Helper()

	row, err := b.queries.GetDeployment(t.Context(), deployment)
	require.NoError(t, err)

	return k.OpenEnvironment(t.Context(), b.queries, b.snapshot(row.ProjectID, row.ID), row.EnvironmentSealed)
}

// former writes a variable with the value canary, and a deployment with it, as the version before keysets did. It returns the deployment.
func (b *testBundle) former(t *testing.T, name string) uuid.UUID {
	t.Helper()

	const value = "canary"

	raw, err := base64.StdEncoding.DecodeString(b.key.Encode())
	require.NoError(t, err)
	block, err := aes.NewCipher(raw)
	require.NoError(t, err)
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)

	variable, deployment := id.New(), id.New()
	b.exec(t, "INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES ($1, $2, $3, $4)",
		variable, b.project, name, sealer.Seal(nil, nil, []byte(value), []byte("environment_variables.value_sealed:"+variable.String())))

	environment, err := json.Marshal(map[string]string{name: value})
	require.NoError(t, err)
	b.insertDeployment(t, deployment, sealer.Seal(nil, nil, environment, []byte("deployments.environment_sealed:"+deployment.String())))

	return deployment
}

// keys returns how many values are sealed by each key, by the bytes that name it.
func (b *testBundle) keys(t *testing.T) map[string]int {
	t.Helper()

	rows, err := b.pool.Query(t.Context(), `SELECT substring(sealed FOR 5), count(*) FROM (
		SELECT value_sealed AS sealed FROM environment_variables UNION ALL SELECT value_sealed FROM secrets UNION ALL SELECT environment_sealed FROM deployments) AS sealed GROUP BY 1`)
	require.NoError(t, err)

	var (
		prefix []byte
		count  int
	)

	counts := map[string]int{}
	_, err = pgx.ForEachRow(rows, []any{&prefix, &count}, func() error {
		counts[string(prefix)] = count

		return nil
	})
	require.NoError(t, err)

	return counts
}

const (
	patience = 30 * time.Second
	interval = 5 * time.Millisecond
)

// waiting tells whether a statement on this test's database waits for a lock.
func (b *testBundle) waiting(t *testing.T) bool {
	t.Helper()

	var waits bool
	require.NoError(t, b.pool.QueryRow(t.Context(),
		"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waits))

	return waits
}
