package process

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOpenLog_OverTheLimit_IsPutAside(t *testing.T) {
	t.Parallel()

	home := Home(t.TempDir())

	file, err := home.openLog("chatty")
	require.NoError(t, err)
	require.NoError(t, file.Truncate(17<<20))
	require.NoError(t, file.Close())

	file, err = home.openLog("chatty")
	require.NoError(t, err)

	info, err := file.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.FileExists(t, file.Name()+".1")
	require.NoError(t, file.Close())
}
