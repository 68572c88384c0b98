package nodeagent

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKataConfig_IsOursForCloudHypervisorAlone(t *testing.T) {
	t.Parallel()

	config := Config{DataDir: t.TempDir(), Snapshotter: "overlayfs"}
	ours := config.DataDir + "/kata-configuration-clh.toml"

	for runtime, path := range map[string]string{
		"io.containerd.kata.v2": ours, "io.containerd.kata-clh.v2": ours, "io.containerd.kata-qemu.v2": "", "io.containerd.runc.v2": "",
	} {
		config.Runtime = runtime
		require.Equal(t, path, config.kataConfig(), runtime)
		require.NoError(t, config.writeKataConfig())

		if path != "" {
			require.FileExists(t, path)
		}
	}

	config.Runtime, config.RuntimeConfig = "io.containerd.kata.v2", "/etc/kata.toml"
	require.Equal(t, "/etc/kata.toml", config.kataConfig(), "one that is named is the one")
}
