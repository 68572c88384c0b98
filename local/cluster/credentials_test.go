package cluster

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

func TestLoadTokens_LaterStartWithMoreNodes_KeepsWhatThereWas(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()

	first, err := loadTokens(dir, 1, 1)
	require.NoError(t, err)
	require.Len(t, first.nodes(), 1)

	more, err := loadTokens(dir, 3, 2)
	require.NoError(t, err)
	require.Equal(t, first.User, more.User)
	require.Equal(t, first.Node, more.nodes()[0])
	require.Equal(t, first.Edge, more.edges()[0])
	require.Len(t, more.nodes(), 3)
	require.Len(t, more.edges(), 2)

	fewer, err := loadTokens(dir, 1, 1)
	require.NoError(t, err)
	require.Equal(t, more, fewer)
}
