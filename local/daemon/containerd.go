package daemon

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Containerd runs the VMs' containers. They live on when it ends, and are found again by the next start with the same
// home.
type Containerd struct {
	Home process.Home
	// Bin is the folder of the daemons' binaries: containerd finds the shim and runc there. Shims of other runtimes are
	// looked for on PATH.
	Bin string
	// Name is the name of its folder and its log, for several in one home; empty: containerd.
	Name string
	// NetworkNamespace is where the network namespace that it runs in is mounted; empty: that of this process. The shims, and
	// runc, run in it too.
	NetworkNamespace string
}

const containerdName = "containerd"

// The plugins that Zeitwork does not use. CRI is Kubernetes' way in; the snapshotters want file systems and devices that
// most machines lack.
const containerdConfig = `version = 3
root = %q
state = %q
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

	config, err := c.Home.Write(fmt.Appendf(nil, containerdConfig, folder("root"), folder("state"), socket, folder("opt")), name, "config.toml")
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
