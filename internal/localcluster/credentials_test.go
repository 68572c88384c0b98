package localcluster

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoadKey_SecondStart_FindsTheKeyOfTheFirst(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	first, err := loadKey(dir)
	require.NoError(t, err)

	second, err := loadKey(dir)
	require.NoError(t, err)
	require.Equal(t, first, second)

	info, err := os.Stat(filepath.Join(dir, "secret-key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

func TestPorts_ThatAreNotGiven_AreChosenOnce(t *testing.T) {
	t.Parallel()

	ports := Ports{API: 4711}
	require.NoError(t, ports.choose(t.Context()))
	require.Equal(t, 4711, ports.API)

	chosen := map[int]bool{ports.API: true, ports.Edge: true, ports.Postgres: true, ports.Registry: true}
	require.Len(t, chosen, 4)
	require.NotContains(t, chosen, 0)
}
