package daemon

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// Containerd runs the VMs' containers. They live on when it ends, and are found again by the next start with the same
// home.
type Containerd struct {
	Home Home
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
func (c Containerd) Start(ctx context.Context) (*Process, error) {
	name := cmp.Or(c.Name, containerdName)

	socket, err := c.Home.socket(name)
	if err != nil {
		return nil, err
	}

	folder := func(more string) string { return c.Home.folder(name, more) }

	config, err := c.Home.write(fmt.Appendf(nil, containerdConfig, folder("root"), folder("state"), socket, folder("opt")), name, "config.toml")
	if err != nil {
		return nil, err
	}

	if err := endLeftovers(ctx, containerdName, config); err != nil {
		return nil, err
	}

	return c.Home.start(ctx, spec{
		name: name, program: filepath.Join(c.Bin, containerdName), arguments: []string{"--config", config}, address: socket,
		environ: environment(c.Bin), namespace: c.NetworkNamespace,
		ready: func(ctx context.Context) error { return answersGRPC(ctx, socket) },
	})
}

// answersGRPC returns nil when the daemon behind the socket says that it serves.
func answersGRPC(ctx context.Context, socket string) error {
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", socket, err)
	}

	defer func() { _ = connection.Close() }()

	answer, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		return fmt.Errorf("ask %s for its health: %w", socket, err)
	}

	if answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("the daemon behind %s is %s", socket, answer.GetStatus())
	}

	return nil
}
