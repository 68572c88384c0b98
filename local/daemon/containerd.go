package daemon

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Containerd runs the VMs' containers. The containers live on when containerd ends, and the next start with the same home finds them.
type Containerd struct {
	Home process.Home
	// Bin is the folder of the daemons' binaries, where containerd finds the shim and runc. It looks for the shims of other runtimes
	// on PATH.
	Bin string
	// Name is the name of its folder and its log, so that one home can have several; empty: containerd.
	Name string
	// NetworkNamespace is where the network namespace that it runs in is mounted; empty: that of this process. The shims, and
	// runc, run in it too.
	NetworkNamespace string
	// LogLevel is containerd's; empty: info. OOMScore is how ready the kernel is to end containerd where memory runs out, from -1000 to 1000.
	LogLevel string
	OOMScore int
}

const containerdName = "containerd"

// containerdConfig turns plugins off that Zeitwork does not use. Those of CRI are for Kubernetes, and the snapshotters need file systems
// and devices that most machines lack.
const containerdConfig = `version = 3
root = %q
state = %q
oom_score = %d
disabled_plugins = [
  "io.containerd.cri.v1.images",
  "io.containerd.cri.v1.runtime",
  "io.containerd.grpc.v1.cri",
  "io.containerd.differ.v1.erofs",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.snapshotter.v1.zfs",
]

[debug]
  level = %q

[grpc]
  address = %q

[plugins."io.containerd.internal.v1.opt"]
  path = %q
`

// Start starts containerd. The process's address is the path of its socket.
func (c Containerd) Start(ctx context.Context) (*process.Process, error) {
	name := cmp.Or(c.Name, containerdName)

	socket, err := c.Home.Socket(name)
	if err != nil {
		return nil, err
	}

	folder := func(more string) string { return c.Home.Folder(name, more) }

	text := fmt.Appendf(nil, containerdConfig, folder("root"), folder("state"), c.OOMScore, cmp.Or(c.LogLevel, "info"), socket, folder("opt"))

	config, err := c.Home.Write(text, name, "config.toml")
	if err != nil {
		return nil, err
	}

	if err := process.EndLeftovers(ctx, containerdName, config); err != nil {
		return nil, err
	}

	return c.Home.Start(ctx, process.Spec{
		Name: name, Program: filepath.Join(c.Bin, containerdName), Arguments: []string{"--config", config}, Address: socket,
		Environment: process.Environment(c.Bin), NetworkNamespace: c.NetworkNamespace,
		Ready: func(ctx context.Context) error { return process.ServesGRPC(ctx, socket) },
	})
}
