package containers

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/api/types/runtimeoptions/v1"
	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/containerd/typeurl/v2"
	"github.com/google/uuid"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func testVM() VM {
	return VM{
		ID: uuid.MustParse("01900000-0000-7000-8000-000000000001"), DeploymentID: uuid.MustParse("01900000-0000-7000-8000-000000000002"),
		Image: "registry.example.com/projects/1@sha256:0", Address: netip.MustParseAddr("10.77.1.5"), Port: 8080,
		CPUMillis: 1500, MemoryBytes: 512 << 20, PIDs: 256, Environment: map[string]string{"A": "1", "PORT": "1"},
		NetworkNamespace: "/run/zeitwork/netns/1", LogFolder: "/data/vms/1/log",
	}
}

func generate(t *testing.T, vm VM) *oci.Spec {
	t.Helper()

	runtime := New(nil, Config{Handler: Kata, Init: "/usr/bin/catatonit"})
	ctx := namespaces.WithNamespace(t.Context(), "zeitwork")
	options := append([]oci.SpecOpts{oci.WithProcessArgs("node", "server.js")}, runtime.isolation(vm)...)

	spec, err := oci.GenerateSpec(ctx, nil, &containers.Container{ID: vm.ID.String()}, options...)
	require.NoError(t, err)

	return spec
}

func TestSpecification_GivesNoMoreThanOrdinaryImagesNeed(t *testing.T) {
	t.Parallel()

	spec := generate(t, testVM())
	require.True(t, spec.Process.NoNewPrivileges)
	require.NotNil(t, spec.Linux.Seccomp)
	require.Empty(t, spec.Linux.Devices)
	require.Contains(t, spec.Linux.MaskedPaths, "/proc/kcore")
	require.Contains(t, spec.Linux.ReadonlyPaths, "/proc/sys")
	require.Nil(t, spec.Process.OOMScoreAdj)

	for _, set := range [][]string{
		spec.Process.Capabilities.Bounding, spec.Process.Capabilities.Effective, spec.Process.Capabilities.Permitted,
	} {
		require.ElementsMatch(t, capabilities(), set)
	}

	require.Empty(t, spec.Process.Capabilities.Inheritable)
	require.NotContains(t, capabilities(), "CAP_SYS_ADMIN")
	require.NotContains(t, capabilities(), "CAP_NET_RAW")
	require.NotContains(t, capabilities(), "CAP_MKNOD")

	for _, mount := range spec.Mounts {
		if mount.Type == "bind" {
			writable := mount.Source != "/usr/bin/catatonit" && filepath.Dir(mount.Destination) == "/etc"
			require.Equal(t, writable, lo.Contains(mount.Options, "rw"), mount.Destination)
			require.Equal(t, !writable, lo.Contains(mount.Options, "ro"), mount.Destination)
		}
	}

	for _, kind := range []specs.LinuxNamespaceType{specs.PIDNamespace, specs.MountNamespace, specs.IPCNamespace, specs.UTSNamespace} {
		require.True(t, lo.SomeBy(spec.Linux.Namespaces, func(n specs.LinuxNamespace) bool { return n.Type == kind && n.Path == "" }), kind)
	}
}

func TestSpecification_HoldsTheVMsLimitsAndNetwork(t *testing.T) {
	t.Parallel()

	spec := generate(t, testVM())
	require.Equal(t, int64(150_000), *spec.Linux.Resources.CPU.Quota)
	require.Equal(t, uint64(100_000), *spec.Linux.Resources.CPU.Period)
	require.Equal(t, int64(512<<20), *spec.Linux.Resources.Memory.Limit)
	require.Equal(t, int64(256), *spec.Linux.Resources.Pids.Limit)
	require.Contains(t, spec.Linux.Namespaces, specs.LinuxNamespace{Type: specs.NetworkNamespace, Path: "/run/zeitwork/netns/1"})
	require.Equal(t, unifiedCgroups(), lo.Contains(spec.Linux.Namespaces, specs.LinuxNamespace{Type: specs.CgroupNamespace}))
	require.Equal(t, []string{"/.zeitwork/init", "--", "node", "server.js"}, spec.Process.Args)
	require.Contains(t, spec.Process.Env, "A=1")
	require.Contains(t, spec.Process.Env, "PORT=8080", "the platform's names win")
	require.NotContains(t, spec.Process.Env, "PORT=1")
	require.False(t, lo.SomeBy(spec.Mounts, func(m specs.Mount) bool { return m.Destination == "/run" }), "images keep files there")
}

func TestHandler_KataWithCloudHypervisorIsConfiguration(t *testing.T) {
	t.Parallel()

	config := Config{Handler: Kata, HandlerConfig: "/opt/kata/share/defaults/kata-containers/configuration-clh.toml"}
	container := &containers.Container{}
	require.NoError(t, containerd.WithRuntime(config.Handler, config.handlerOptions())(t.Context(), &containerd.Client{}, container))
	require.Equal(t, "io.containerd.kata.v2", container.Runtime.Name)

	decoded, err := typeurl.UnmarshalAny(container.Runtime.Options)
	require.NoError(t, err)

	options, ok := decoded.(*runtimeoptions.Options)
	require.True(t, ok)
	require.Equal(t, config.HandlerConfig, options.GetConfigPath())
	require.Nil(t, Config{Handler: Runc}.handlerOptions())
}

func TestWriteFiles_TellTheVMItsNameAndNameservers(t *testing.T) {
	t.Parallel()

	vm := testVM()
	folder := filepath.Join(t.TempDir(), "vm")
	require.NoError(t, writeFiles(vm, folder, []netip.Addr{netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("1.1.1.1")}))

	content, err := os.ReadFile(filepath.Join(folder, "resolv.conf"))
	require.NoError(t, err)
	require.Equal(t, "nameserver 9.9.9.9\nnameserver 1.1.1.1\n", string(content))

	content, err = os.ReadFile(filepath.Join(folder, "hosts"))
	require.NoError(t, err)
	require.Contains(t, string(content), "10.77.1.5 "+vm.ID.String())
}
