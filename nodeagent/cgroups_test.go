package nodeagent_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// cgroupRoot returns a hierarchy of cgroups in which every VM has one.
func cgroupRoot() string {
	const pids = "/sys/fs/cgroup/pids" // With version 1.
	if _, err := os.Stat(pids); err == nil {
		return pids
	}

	return "/sys/fs/cgroup"
}

func TestAgent_CgroupsThatARuntimeLeft_GoWithTheirVM(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm := b.vm(pushApp(t, b.registry, nil), "")
	b.api.assign(vm)
	b.startAgent(t)
	b.api.waitFor(t, vm.ID, client.VMReportStateHealthy)

	// What Kata Containers leave where their shim is killed.
	left := []string{
		filepath.Join(cgroupRoot(), b.config.ContainerdNamespace, "kata_"+vm.ID.String()), filepath.Join(cgroupRoot(), "kata_overhead", vm.ID.String()),
	}
	for _, cgroup := range left {
		require.NoError(t, os.MkdirAll(cgroup, 0o755))
	}

	b.api.assign()
	b.requireNothingLeft(t)

	for _, cgroup := range left {
		require.NoDirExists(t, cgroup)
	}
}
