package kata_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

// ownTemplate is Kata's own configuration for Cloud Hypervisor, where Kata Containers are installed.
const ownTemplate = "/opt/kata/share/defaults/kata-containers/configuration-clh.toml"

type table = map[string]any

func parse(t *testing.T, content string) table {
	t.Helper()

	var parsed table
	require.NoError(t, toml.Unmarshal([]byte(content), &parsed))

	return parsed
}

// part returns a table within others.
func part(t *testing.T, in table, names ...string) table {
	t.Helper()

	for _, name := range names {
		next, ok := in[name].(table)
		require.True(t, ok, "there is no table %s", name)

		in = next
	}

	return in
}

func TestConfiguration_MakesSmallGuestsWithSeccomp(t *testing.T) {
	t.Parallel()

	parsed := parse(t, kata.Configuration("overlayfs"))
	require.ElementsMatch(t, []string{"hypervisor", "agent", "runtime"}, slices.Collect(maps.Keys(parsed)))

	hypervisor, runtime := part(t, parsed, "hypervisor", "clh"), part(t, parsed, "runtime")
	require.Equal(t, "/opt/kata/bin/cloud-hypervisor", hypervisor["path"])
	require.EqualValues(t, 256, hypervisor["default_memory"], "Kata takes 2048 for what is less")
	require.Equal(t, "virtio-blk", hypervisor["block_device_driver"])
	require.Equal(t, false, hypervisor["disable_seccomp"])
	require.Empty(t, hypervisor["enable_annotations"])
	require.Equal(t, "tcfilter", runtime["internetworking_model"])
	require.Equal(t, true, runtime["static_sandbox_resource_mgmt"])
	require.Equal(t, false, runtime["disable_guest_seccomp"])

	// Kata adds a VM's limit in single precision and rounds up.
	base, ok := hypervisor["default_vcpus"].(float64)
	require.True(t, ok)
	require.Positive(t, float32(base), "Kata takes 1 for 0")
	require.Zero(t, float32(base)+1-1, "a VM with one processor gets one")
}

func TestConfiguration_SharesFilesOnlyWhereTheSnapshotterMakesNoDisks(t *testing.T) {
	t.Parallel()

	for snapshotter, shared := range map[string]string{"overlayfs": "virtio-fs", "blockfile": "none", "devmapper": "none"} {
		parsed := parse(t, kata.Configuration(snapshotter))
		hypervisor := part(t, parsed, "hypervisor", "clh")
		require.Equal(t, shared, hypervisor["shared_fs"], snapshotter)
		require.Equal(t, shared != "none", hypervisor["disable_block_device_use"], snapshotter)
	}
}

func TestConfiguration_HasNoKeysThatKataDoesNotHave(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(ownTemplate)
	if err != nil {
		t.Skipf("it compares with Kata's own configuration: install Kata Containers (%v)", err)
	}

	ours, theirs := parse(t, kata.Configuration("overlayfs")), parse(t, string(content))

	for _, names := range [][]string{{"hypervisor", "clh"}, {"agent", "kata"}, {"runtime"}} {
		require.Subset(t, slices.Collect(maps.Keys(part(t, theirs, names...))), slices.Collect(maps.Keys(part(t, ours, names...))))
	}
}

func TestWrite_ReplacesWhatIsThereAndMakesItsFolder(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "node", "kata.toml")

	for _, snapshotter := range []string{"overlayfs", "blockfile", "blockfile"} {
		require.NoError(t, kata.Write(path, snapshotter))

		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, kata.Configuration(snapshotter), string(written))
	}

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)
}
