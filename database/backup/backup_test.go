package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/backup"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// testBundle is a platform's database with one user, and a folder for its backups.
type testBundle struct {
	source backup.Source
	config backup.Config
	pool   *pgxpool.Pool
}

func setup(t *testing.T) *testBundle {
	t.Helper()

	b := &testBundle{source: backup.Source{URL: databasetest.NewURL(t), Keys: secret.Keys{Current: secret.GenerateKey()}}}

	if _, err := postgresbin.FindClient("", 0); err != nil {
		t.Skip(err)
	}

	private, public, err := backup.NewIdentity()
	require.NoError(t, err)

	identity := filepath.Join(t.TempDir(), "identity")
	require.NoError(t, os.WriteFile(identity, []byte(private), 0o600))

	b.config = backup.Config{Target: t.TempDir(), Recipients: []string{public}, Identity: identity}
	b.pool = open(t, b.source.URL)

	_, err = keyring.Open(t.Context(), b.pool, b.source.Keys)
	require.NoError(t, err)

	_, err = b.pool.Exec(t.Context(), "INSERT INTO users (id, email, name) VALUES ($1, 'canary@example.com', 'Canary')", id.New())
	require.NoError(t, err)

	return b
}

func open(t *testing.T, databaseURL string) *pgxpool.Pool {
	t.Helper()

	pool, err := database.Open(t.Context(), database.Config{URL: databaseURL, MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	return pool
}

func (b *testBundle) back(t *testing.T) backup.Manifest {
	t.Helper()

	made, err := backup.Make(t.Context(), b.source, b.config)
	require.NoError(t, err)

	return made
}

// into is the source for a restore into another database.
func (b *testBundle) into(databaseURL string) backup.Source {
	source := b.source
	source.URL = databaseURL

	return source
}

// refused restores into an empty database, and requires that it stays empty.
func (b *testBundle) refused(t *testing.T, change func(*backup.Source, *backup.Config)) error {
	t.Helper()

	empty, config := b.into(databasetest.NewEmptyURL(t)), b.config
	change(&empty, &config)

	_, err := backup.Restore(t.Context(), empty, config, "")
	require.Error(t, err)

	var tables int
	require.NoError(t, open(t, empty.URL).QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'river', 'drizzle')").Scan(&tables))
	require.Zero(t, tables)

	return err
}

// only returns the one file of the target with a suffix.
func (b *testBundle) only(t *testing.T, suffix string) string {
	t.Helper()

	found, err := filepath.Glob(filepath.Join(b.config.Target, "*"+suffix))
	require.NoError(t, err)
	require.Len(t, found, 1)

	return found[0]
}

func TestBackup_IsOfOneSnapshotAndEncrypted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	made := b.back(t)

	stored, err := os.ReadFile(b.only(t, ".sql.zst.age"))
	require.NoError(t, err)
	require.Len(t, stored, int(made.Bytes))
	require.False(t, bytes.Contains(stored, []byte("canary")))
	require.True(t, bytes.HasPrefix(stored, []byte("age-encryption.org/")))

	found, err := backup.List(t.Context(), b.config)
	require.NoError(t, err)
	require.Equal(t, []backup.Manifest{made}, found)

	verified, err := backup.Verify(t.Context(), b.source.Keys, b.config, made.Name)
	require.NoError(t, err)
	require.Equal(t, made, verified)

	again := b.back(t)
	noted, err := database.New(open(t, b.source.URL)).NewestBackup(t.Context())
	require.NoError(t, err)
	require.Equal(t, []any{b.config.Target, again.Name, again.Bytes}, []any{noted.Target, noted.Name, noted.Bytes}, "operators are told of the newest one")
}

func TestRestore_BringsRowsAndKeysBack_AndEndsSignIns(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.pool.Exec(t.Context(), `INSERT INTO api_tokens (id, kind, name, token_hash, user_id)
		SELECT gen_random_uuid(), kind, 'a token', kind::bytea, id FROM users, (VALUES ('user'), ('session')) AS kinds (kind)`)
	require.NoError(t, err)

	var before, after int64
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT version FROM route_table").Scan(&before))

	b.back(t)

	empty := b.into(databasetest.NewEmptyURL(t))
	_, err = backup.Restore(t.Context(), empty, b.config, "")
	require.NoError(t, err)

	restored := open(t, empty.URL)

	var email, left string
	require.NoError(t, restored.QueryRow(t.Context(), "SELECT email FROM users").Scan(&email))
	require.NoError(t, restored.QueryRow(t.Context(), "SELECT kind FROM api_tokens WHERE revoked_at IS NULL").Scan(&left))
	require.NoError(t, restored.QueryRow(t.Context(), "SELECT version FROM route_table").Scan(&after))
	require.Equal(t, "canary@example.com", email)
	require.Equal(t, "user", left)
	require.Greater(t, after, before+1_000_000_000)

	_, err = keyring.Open(t.Context(), restored, b.source.Keys)
	require.NoError(t, err)
}

func TestRestore_DatabaseWithTables_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)

	_, err := backup.Restore(t.Context(), b.into(databasetest.NewURL(t)), b.config, "")
	require.Equal(t, problem.Conflict, problem.CodeOf(err))
	require.ErrorContains(t, err, "has tables")
}

func TestRestore_DatabaseInUse_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)

	empty := b.into(databasetest.NewEmptyURL(t))
	require.NoError(t, open(t, empty.URL).Ping(t.Context()))

	_, err := backup.Restore(t.Context(), empty, b.config, "")
	require.ErrorContains(t, err, "Stop every API and worker first")
}

func TestRestore_BackupOfAnotherKey_IsRefusedBeforeAnythingIsTouched(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)

	err := b.refused(t, func(source *backup.Source, _ *backup.Config) {
		source.Keys = secret.Keys{Current: secret.GenerateKey()}
	})
	require.ErrorContains(t, err, "made with another ZEITWORK_SECRET_KEY")

	// While the key is being changed both are given.
	empty := b.into(databasetest.NewEmptyURL(t))
	empty.Keys = secret.Keys{Current: secret.GenerateKey(), Previous: b.source.Keys.Current}
	_, err = backup.Restore(t.Context(), empty, b.config, "")
	require.NoError(t, err)
}

func TestRestore_DumpThatIsNotTheManifests_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)
	dump := b.only(t, ".sql.zst.age")

	// The public key is no secret: another platform's dump, encrypted to it, takes the place of this one's.
	other := setup(t)
	other.config.Recipients, other.config.Identity = b.config.Recipients, b.config.Identity
	other.back(t)
	forged, err := os.ReadFile(other.only(t, ".sql.zst.age"))
	require.NoError(t, err)
	whole, err := os.ReadFile(dump)
	require.NoError(t, err)

	for _, stored := range [][]byte{forged, whole[:len(whole)-1], append(bytes.Clone(whole), 0)} {
		require.NoError(t, os.WriteFile(dump, stored, 0o600))

		err := b.refused(t, func(*backup.Source, *backup.Config) {})
		require.ErrorContains(t, err, "was damaged")
	}
}

func TestRestore_DumpThatChangesOnceItWasRead_IsRestoredAsItWas(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)
	dump := b.only(t, ".sql.zst.age")

	whole, err := os.ReadFile(dump)
	require.NoError(t, err)
	require.NoError(t, os.Remove(dump))
	require.NoError(t, syscall.Mkfifo(dump, 0o600))

	swapped := filepath.Join(t.TempDir(), "swapped")
	require.NoError(t, os.WriteFile(swapped, []byte("another"), 0o600))

	// The reader of the pipe sees its end once another file has taken the place of the dump.
	done := make(chan error, 1)

	go func() {
		pipe, err := os.OpenFile(dump, os.O_WRONLY, 0)
		if err == nil {
			_, err = pipe.Write(whole)
			err = errors.Join(err, os.Rename(swapped, dump), pipe.Close())
		}

		done <- err
	}()

	empty := b.into(databasetest.NewEmptyURL(t))
	_, err = backup.Restore(t.Context(), empty, b.config, "")
	require.NoError(t, err)
	require.NoError(t, <-done)
}

func TestRestore_ManifestThatWasChanged_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.back(t)
	path := b.only(t, ".json")

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.Replace(text, []byte(`"sha256":"`), []byte(`"sha256":"00`), 1), 0o600))

	err = b.refused(t, func(*backup.Source, *backup.Config) {})
	require.ErrorContains(t, err, "does not have the platform's key")
}

func TestKeep_DeletesTheOldestAndWhatWasCutOff(t *testing.T) {
	t.Parallel()

	b := setup(t)
	torn := filepath.Join(b.config.Target, ".unfinished-zeitwork-20200101T000000.000Z.sql.zst.age")
	require.NoError(t, os.WriteFile(torn, nil, 0o600))
	dangling := filepath.Join(b.config.Target, "zeitwork-20200101T000000.000Z.sql.zst.age")
	require.NoError(t, os.WriteFile(dangling, nil, 0o600))

	first, second, third := b.back(t), b.back(t), b.back(t)

	found, err := backup.List(t.Context(), b.config)
	require.NoError(t, err)
	require.Equal(t, []backup.Manifest{first, second, third}, found)

	_, err = backup.Keep(t.Context(), b.source.Keys, b.config, 0)
	require.ErrorContains(t, err, "never deleted")

	deleted, err := backup.Keep(t.Context(), b.source.Keys, b.config, 2)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)

	found, err = backup.List(t.Context(), b.config)
	require.NoError(t, err)
	require.Equal(t, []backup.Manifest{second, third}, found)

	entries, err := os.ReadDir(b.config.Target)
	require.NoError(t, err)
	require.Len(t, entries, 4)

	// A time chooses the newest that is not newer.
	verified, err := backup.Verify(t.Context(), b.source.Keys, b.config, third.SnapshotAt.Truncate(time.Second).Add(-time.Hour).Format(time.RFC3339))
	require.ErrorContains(t, err, "as old as")
	require.Empty(t, verified)
}

func TestKeep_BackupsOfAnotherPlatform_AreNeitherCountedNorChosen(t *testing.T) {
	t.Parallel()

	b, other := setup(t), setup(t)
	other.config.Target = b.config.Target

	foreign, first, second, newest := other.back(t), b.back(t), b.back(t), other.back(t)

	verified, err := backup.Verify(t.Context(), b.source.Keys, b.config, "")
	require.NoError(t, err)
	require.Equal(t, second, verified)

	_, err = backup.Verify(t.Context(), b.source.Keys, b.config, newest.Name)
	require.ErrorContains(t, err, "made with another ZEITWORK_SECRET_KEY")

	// While the key is being changed, backups of the previous one are the platform's.
	keys := secret.Keys{Current: secret.GenerateKey(), Previous: b.source.Keys.Current}
	deleted, err := backup.Keep(t.Context(), keys, b.config, 1)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	require.NoFileExists(t, filepath.Join(b.config.Target, first.Name+".sql.zst.age"))

	for _, left := range []backup.Manifest{foreign, newest} {
		_, err = backup.Verify(t.Context(), other.source.Keys, other.config, left.Name)
		require.NoError(t, err)
	}
}

func TestMake_CutOff_LeavesNoBackup(t *testing.T) {
	t.Parallel()

	b := setup(t)
	// A table that pg_dump waits for.
	_, err := b.pool.Exec(t.Context(), "CREATE TABLE busy (id int)")
	require.NoError(t, err)

	holder, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { _ = holder.Rollback(context.WithoutCancel(t.Context())) }()

	_, err = holder.Exec(t.Context(), "LOCK TABLE busy IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)

	ctx, cut := context.WithCancel(t.Context())
	done := make(chan error, 1)

	go func() {
		_, err := backup.Make(ctx, b.source, b.config)
		done <- err
	}()

	require.Eventually(t, func() bool {
		var waits bool

		return b.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'pg_dump' AND wait_event_type = 'Lock')`).Scan(&waits) == nil && waits
	}, 30*time.Second, 10*time.Millisecond)

	cut()
	require.Error(t, <-done)

	entries, err := os.ReadDir(b.config.Target)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestRecovered_DatabaseOfAnotherTime_HasNodesAndEdgesStartFromIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.pool.Reset()
	require.NoError(t, backup.Recovered(t.Context(), b.source))

	var restored bool
	require.NoError(t, b.pool.QueryRow(t.Context(), `SELECT restored_version = version AND changes_since = version AND version > 1000000000
		FROM control_plane, route_table`).Scan(&restored))
	require.True(t, restored)

	require.ErrorContains(t, backup.Recovered(t.Context(), b.source), "Stop every API and worker first")

	b.pool.Reset()

	b.source.Keys = secret.Keys{Current: secret.GenerateKey()}
	require.ErrorIs(t, backup.Recovered(t.Context(), b.source), secret.ErrWrongKey)
}

// toS3 has the backups in a folder of their own of the tests' bucket.
func (b *testBundle) toS3(t *testing.T) {
	t.Helper()

	text := os.Getenv("ZEITWORK_TEST_S3")
	if text == "" {
		t.Skip("ZEITWORK_TEST_S3 is not set: run the tests through `go tool task test`, which starts an S3 server for them")
	}

	bucket, err := url.Parse(text)
	require.NoError(t, err)

	secretKey, _ := bucket.User.Password()
	b.config.S3 = backup.S3Config{Endpoint: "http://" + bucket.Host, AccessKey: bucket.User.Username(), SecretKey: secretKey}
	b.config.Target = "s3:/" + bucket.Path + "/" + id.New().String()
}

func TestBackup_ToS3_IsRestored(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.toS3(t)

	torn := errors.New("cut off")
	store, err := b.config.Store()
	require.NoError(t, err)
	require.ErrorIs(t, store.Put(t.Context(), "zeitwork-20200101T000000.000Z.json", func(out io.Writer) error {
		_, err := out.Write([]byte("{"))

		return errors.Join(err, torn)
	}), torn)

	first, second := b.back(t), b.back(t)
	found, err := backup.List(t.Context(), b.config)
	require.NoError(t, err)
	require.Equal(t, []backup.Manifest{first, second}, found)

	deleted, err := backup.Keep(t.Context(), b.source.Keys, b.config, 1)
	require.NoError(t, err)
	require.Equal(t, 1, deleted)

	empty := b.into(databasetest.NewEmptyURL(t))
	restored, err := backup.Restore(t.Context(), empty, b.config, "")
	require.NoError(t, err)
	require.Equal(t, second, restored.Manifest)

	_, err = backup.Keep(t.Context(), b.source.Keys, b.config, 1)
	require.NoError(t, err)

	names, err := store.List(t.Context())
	require.NoError(t, err)
	require.Len(t, names, 2)
}
