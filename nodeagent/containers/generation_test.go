package containers

import (
	"net/netip"
	"testing"

	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/typeurl/v2"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/stretchr/testify/require"
)

func TestGeneration_ChangesWithWhatTheRowAsksForAlone(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*VM){
		"value of a variable": func(vm *VM) { vm.Environment = map[string]string{"A": "another", "PORT": "1"} },
		"limit of processes":  func(vm *VM) { vm.PIDs++ },
		"host of registry":    func(vm *VM) { vm.Image = "elsewhere.example.com:5000/projects/1@sha256:0" },
		"facts":               func(vm *VM) { vm.Facts = map[string]string{"ZEITWORK_REGION": "here"} },
		"folders":             func(vm *VM) { vm.LogFolder, vm.NetworkNamespace = "/a", "/b" },
	} {
		vm := testVM()
		change(&vm)
		require.Equal(t, testVM().generation(), vm.generation(), name)
	}

	for name, change := range map[string]func(*VM){
		"image":     func(vm *VM) { vm.Image = "registry.example.com/projects/1@sha256:1" },
		"command":   func(vm *VM) { vm.Command = []string{"migrate"} },
		"address":   func(vm *VM) { vm.Address = netip.MustParseAddr("10.77.1.6") },
		"port":      func(vm *VM) { vm.Port++ },
		"processor": func(vm *VM) { vm.CPUMillis++ },
		"memory":    func(vm *VM) { vm.MemoryBytes++ },
		"variable":  func(vm *VM) { vm.Environment = map[string]string{"B": "1", "PORT": "1"} },
	} {
		vm := testVM()
		change(&vm)
		require.NotEqual(t, testVM().generation(), vm.generation(), name)
	}
}

func TestGeneration_OfAFormerAgent_IsReadWithWhatTheContainerWasMadeOf(t *testing.T) {
	t.Parallel()

	vm := testVM()

	spec, err := typeurl.MarshalAny(&specs.Spec{Linux: &specs.Linux{Resources: &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(vm.PIDs)}}}})
	require.NoError(t, err)

	container := containers.Container{
		Image: vm.Image, Spec: spec, Labels: map[string]string{labelGeneration: vm.formerGeneration(vm.Image, vm.PIDs)},
	}
	vm.PIDs, vm.Image = vm.PIDs+1, "elsewhere.example.com:5000/projects/1@sha256:0"
	require.True(t, vm.isOf(container))

	other := vm
	other.MemoryBytes++
	require.False(t, other.isOf(container))

	other = vm
	other.Image = "registry.example.com/projects/1@sha256:1"
	require.False(t, other.isOf(container))
	require.False(t, vm.isOf(containers.Container{}), "there is no container")
}
