package wanted

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// find returns what the source of these files wants, as "name=example comment (file)".
func find(t *testing.T, files map[string]string) []string {
	t.Helper()

	directory := t.TempDir()

	for name, content := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(directory, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600))
	}

	found, err := Variables(directory, "")
	require.NoError(t, err)

	return lo.Map(found, func(v Variable, _ int) string {
		return fmt.Sprintf("%s=%s %s (%s)", v.Name, v.Example, v.Comment, v.File)
	})
}

func TestVariables_OfExampleFiles_AreNamedOnceWithWhatIsSaidOfThem(t *testing.T) {
	t.Parallel()

	require.Equal(t, []string{
		"DATABASE_URL=postgres://localhost/app Where the data is. Postgres 15. (.env.example)",
		"EMPTY=  (.env.example)",
		"QUOTED=a # b kept (.env.example)",
		"EXPORTED=1 behind (.env.example)",
		"NOTHING= optional (.env.example)",
		"OTHER=2  (.env.sample)",
	}, find(t, map[string]string{
		".env.example": "\ufeff# A heading\n\n# Where the data is.\n# Postgres 15.\nDATABASE_URL=postgres://localhost/app\r\nEMPTY=\n" +
			"QUOTED=\"a # b\" # kept\nexport EXPORTED = 1 # behind\n#COMMENTED=1\nNOTHING= # optional\nnot a line\n1BAD=x\nA-B=x\n",
		".env.sample": "EMPTY=other\nOTHER=2\n",
	}))
}

func TestVariables_ThatToolsAndFrameworksRead_AreAmongThem(t *testing.T) {
	t.Parallel()

	require.Equal(t, []string{
		"DATABASE_URL=  (prisma/schema.prisma)", "DIRECT_URL=  (drizzle.config.ts)", "NPM_TOKEN=  (.npmrc)",
	}, find(t, map[string]string{
		"prisma/schema.prisma": `datasource db { url = env("DATABASE_URL") }`,
		"drizzle.config.ts":    `export default { url: process.env.DIRECT_URL!, other: process.env["DATABASE_URL"] }`,
		".npmrc":               "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nregistry=${REGISTRY:-https://registry.npmjs.org}\n",
	}))
	require.Contains(t, find(t, map[string]string{"artisan": ""})[0], "APP_KEY")
	require.Contains(t, find(t, map[string]string{"bin/rails": ""})[0], "SECRET_KEY_BASE")
	require.Contains(t, find(t, map[string]string{"bin/rails": "", "config/credentials.yml.enc": "x"})[0], "RAILS_MASTER_KEY")
	require.Empty(t, find(t, nil))
}

func TestVariables_OfHostileFiles_AreBoundedAndPlain(t *testing.T) {
	t.Parallel()

	many := strings.Builder{}
	for i := range 1000 {
		_, _ = fmt.Fprintf(&many, "V%d=x\n", i)
	}

	require.Len(t, find(t, map[string]string{".env.example": many.String()}), maxVariables)
	require.Equal(t, []string{"A=\ufffd [31m  (.env.example)"}, find(t, map[string]string{".env.example": "A=\xff\x1b[31m\n" + strings.Repeat("B", 300) + "=x\n"}))
	require.Empty(t, find(t, map[string]string{".env.example": strings.Repeat("A=1\n", 1<<19)}), "a file that nobody has written")

	directory := t.TempDir()
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(directory, ".env.example")))

	found, err := Variables(directory, "")
	require.NoError(t, err)
	require.Empty(t, found)

	_, err = Variables(directory, "../..")
	require.True(t, problem.IsUsers(err))
}
