package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLock_Taken_SaysToStopTheOther(t *testing.T) {
	t.Parallel()

	home := Home(t.TempDir())

	release, err := home.Lock()
	require.NoError(t, err)

	_, err = home.Lock()
	require.ErrorContains(t, err, "another zeitwork is using "+string(home))

	release()

	release, err = home.Lock()
	require.NoError(t, err)
	release()
}

func TestSocket_PathTooLongForTheKernel_SaysSo(t *testing.T) {
	t.Parallel()

	_, err := Home("/" + strings.Repeat("x", 100)).Socket("containerd")
	require.ErrorContains(t, err, "too long for Unix sockets")
}
