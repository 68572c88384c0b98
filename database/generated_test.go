package database_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMigrations_AgreeWithTheSchema(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	for _, file := range []string{"schema.ts", "drizzle.config.ts", "package.json"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), text, 0o600))
	}

	require.NoError(t, os.CopyFS(filepath.Join(folder, "migrations"), os.DirFS("migrations")))

	modules, err := filepath.Abs("node_modules")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(modules, filepath.Join(folder, "node_modules")))

	output := drizzleKit(t, folder, "", "generate", "--name", "forgotten")

	generated, err := filepath.Glob(filepath.Join(folder, "migrations", "*_forgotten.sql"))
	require.NoError(t, err)
	require.Empty(t, generated, "schema.ts has changed: run `npx drizzle-kit generate --name what_changed` in database/\n%s", output)
	require.Contains(t, output, "nothing to migrate")
}

func TestQueries_AreGeneratedFromTheirFiles(t *testing.T) {
	t.Parallel()

	sqlc, err := exec.LookPath(filepath.Join(os.Getenv("ZEITWORK_TEST_BIN"), "sqlc"))
	if err != nil {
		if sqlc, err = exec.LookPath("sqlc"); err != nil {
			t.Skip("sqlc is neither in ZEITWORK_TEST_BIN nor on the PATH: run the tests through `go tool task test`, which builds it")
		}
	}

	output, err := exec.CommandContext(t.Context(), sqlc, "diff").CombinedOutput()
	require.NoError(t, err, "the Go code is older than queries/ or the migrations: run `sqlc generate` in database/\n%s", output)
}

// drizzleKit runs drizzle-kit in a folder, with one more environment variable, and returns what it printed.
func drizzleKit(t *testing.T, folder, variable string, arguments ...string) string {
	t.Helper()

	binary, err := filepath.Abs("node_modules/.bin/drizzle-kit")
	require.NoError(t, err)

	if _, err := os.Stat(binary); err != nil {
		t.Skip("drizzle-kit is not installed: run `npm ci` in database/, or the tests through `go tool task test`")
	}

	command := exec.CommandContext(t.Context(), binary, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), variable)

	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)

	return string(output)
}
