package postgresbin

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind_FolderWithoutPrograms_NamesTheVariable(t *testing.T) {
	t.Parallel()

	_, err := Find(t.TempDir())
	require.ErrorContains(t, err, "ZEITWORK_POSTGRES_BIN names a folder without Postgres' programs")
}

func TestMajorVersion_OrdersVersionsAsNumbers(t *testing.T) {
	t.Parallel()

	require.Greater(t, majorVersion("/usr/lib/postgresql/15/bin/initdb"), majorVersion("/usr/lib/postgresql/9/bin/initdb"))
	require.Equal(t, -1, majorVersion(""))
}
