package kata_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

func names(parts []kata.Part) []string {
	return lo.Map(parts, func(part kata.Part, _ int) string { return part.Name })
}

func TestParts_AreThoseThatTheHypervisorNeeds(t *testing.T) {
	t.Parallel()

	shipped, err := kata.ShippedParts("overlayfs")
	require.NoError(t, err)
	require.Equal(t, []string{"hypervisor", "guest kernel", "guest image", "virtiofsd"}, names(shipped))

	disks, err := kata.ShippedParts("blockfile")
	require.NoError(t, err)
	require.NotContains(t, names(disks), "virtiofsd", "nothing is shared")

	path := filepath.Join(t.TempDir(), "kata.toml")
	require.NoError(t, os.WriteFile(path, []byte("[hypervisor.qemu]\npath = \"/bin/sh\"\nkernel = \"/nowhere/kernel\"\ninitrd = \"/bin/sh\"\n"), 0o600))

	own, err := kata.Parts(path)
	require.NoError(t, err)
	require.Contains(t, own, kata.Part{Name: "guest image", Path: "/bin/sh"})
	require.Contains(t, own, kata.Part{Name: "module vhost_vsock", Path: "/dev/vhost-vsock"})
	require.Contains(t, kata.Missing(own), kata.Part{Name: "guest kernel", Path: "/nowhere/kernel"})
	require.NotContains(t, names(kata.Missing(own)), "hypervisor")
}

func TestParts_ConfigurationThatIsNone_SaysWhy(t *testing.T) {
	t.Parallel()

	for content, reason := range map[string]string{"": "it names no hypervisor", "hypervisor": "it is no configuration of Kata Containers"} {
		path := filepath.Join(t.TempDir(), "kata.toml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

		_, err := kata.Parts(path)
		require.ErrorContains(t, err, reason)
	}

	_, err := kata.Parts("/nowhere/kata.toml")
	require.ErrorIs(t, err, os.ErrNotExist)
}
