package nodeagent_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestAgent_TellsWhatItCannotRemove_AndWhatMachineItIs(t *testing.T) {
	t.Parallel()

	b := setup(t)

	// The folder of a VM that no assignment names cannot be removed while something is mounted there.
	stuck := id.New()
	folder := filepath.Join(b.config.DataDir, "vms", stuck.String())
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, unix.Mount("tmpfs", folder, "tmpfs", 0, "size=1m"))

	t.Cleanup(func() { require.NoError(t, unix.Unmount(folder, unix.MNT_DETACH)) })

	b.startAgent(t)
	require.Eventually(t, func() bool { return len(b.api.toldLooks()) == 4 }, 30*time.Second, 10*time.Millisecond)

	looks := b.api.toldLooks()
	require.Equal(t, []client.FoundThing{{Name: stuck.String(), Detail: "Its folder is left on the disk."}}, looks[client.LookReportKindVM].Items)
	require.EqualValues(t, 1, *looks[client.LookReportKindVM].Found)

	for _, kind := range []client.LookReportKind{client.LookReportKindAddress, client.LookReportKindImage, client.LookReportKindSnapshot} {
		require.Nil(t, looks[kind].Problem)
		require.Empty(t, looks[kind].Items)
	}

	machine := b.api.toldMachine()
	require.NotEmpty(t, machine.Kernel)
	require.NotEmpty(t, *machine.OS)
	require.NotEmpty(t, *machine.BootID)
	require.NotEmpty(t, *machine.Containerd)
	require.Positive(t, machine.DiskFreeBytes)
	require.GreaterOrEqual(t, machine.DiskBytes, machine.DiskFreeBytes)
	require.WithinDuration(t, time.Now(), machine.AgentStartedAt, time.Minute)
}
