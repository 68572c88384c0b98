package process

import (
	"strings"
	"testing"
	"time"

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

	// A child that another test forks at this moment has the lock's file open until it executes its program.
	require.Eventually(t, func() bool {
		release, err = home.Lock()

		return err == nil
	}, 10*time.Second, 5*time.Millisecond)
	release()
}

func TestSocket_PathTooLongForTheKernel_SaysSo(t *testing.T) {
	t.Parallel()

	_, err := Home("/" + strings.Repeat("x", 100)).Socket("containerd")
	require.ErrorContains(t, err, "too long for Unix sockets")
}
