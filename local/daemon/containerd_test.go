package daemon

import (
	"os"
	"testing"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/stretchr/testify/require"
)

func TestContainerd_StartsWithOnlyWhatIsUsed(t *testing.T) {
	t.Parallel()

	process, err := testContainerd(t).Start(t.Context())
	require.NoError(t, err)

	client, err := containerd.New(process.Address())
	require.NoError(t, err)

	plugins, err := client.IntrospectionService().Plugins(t.Context())
	require.NoError(t, err)

	running := map[string]bool{}
	for _, plugin := range plugins.GetPlugins() {
		running[plugin.GetType()+"."+plugin.GetID()] = plugin.GetInitErr() == nil
	}

	require.True(t, running["io.containerd.snapshotter.v1.overlayfs"])
	require.True(t, running["io.containerd.runtime.v2.task"])
	require.NotContains(t, running, "io.containerd.snapshotter.v1.devmapper")
	require.NotContains(t, running, "io.containerd.grpc.v1.cri")
	require.NoError(t, client.Close())
	require.NoError(t, process.Stop(t.Context()))
}

func TestContainerd_Killed_StartsAgain(t *testing.T) {
	t.Parallel()

	daemon := testContainerd(t)

	first, err := daemon.Start(t.Context())
	require.NoError(t, err)
	first.Kill()

	second, err := daemon.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, second.Stop(t.Context()))
}

func testContainerd(t *testing.T) Containerd {
	t.Helper()
	needRoot(t)

	bin := testBin(t)

	return Containerd{Home: shortHome(t), Bin: bin}
}

func needRoot(t *testing.T) {
	t.Helper()

	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}
