package builder

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/zeitwork/zeitwork/internal/forwarding"
	"github.com/zeitwork/zeitwork/internal/process"
)

// Buildkitd builds images. Its builds run in a network of their own, from which only the internet and the nameservers can be reached.
type Buildkitd struct {
	Home process.Home
	// Bin is the folder of the daemons' binaries, among them runc and the CNI plugins.
	Bin string
	// RegistryHost is the host and port of a registry that is asked without TLS; it may be empty.
	RegistryHost string
	// Mirror makes buildkitd look for docker.io's images in that registry, below docker.io/, before it asks Docker Hub.
	Mirror bool
	// Bridge is the name of the network interface between builds and the machine, 15 bytes at most. No other daemon may use the name.
	Bridge string
	// Subnet is the range of the builds' addresses, of which the bridge has the first. Nothing else on the machine may use the range.
	Subnet netip.Prefix
	// Nameservers are the DNS servers of builds, which may be internal; none: the machine's own.
	Nameservers []netip.Addr
	// CacheBytes is how much disk the build cache may use; zero is 20 GB.
	CacheBytes int64
}

const buildkitdName = "buildkitd"

// Start sets the builds' network up, fences it, and starts buildkitd. The process's address is a unix:// URL.
func (b Buildkitd) Start(ctx context.Context) (*process.Process, error) {
	socket, err := b.Home.Socket(buildkitdName)
	if err != nil {
		return nil, err
	}

	if len(b.Nameservers) == 0 {
		if b.Nameservers, err = hostNameservers(); err != nil {
			return nil, err
		}
	}

	config, err := b.writeConfiguration("unix://" + socket)
	if err != nil {
		return nil, err
	}

	if err := process.EndLeftovers(ctx, buildkitdName, config); err != nil {
		return nil, err
	}

	builds := buildProcesses{cgroup: b.cgroup(), root: b.root()}
	if err := errors.Join(builds.end(ctx), b.forgetNetworks()); err != nil {
		return nil, err
	}

	if err := builds.limit(); err != nil {
		return nil, err
	}

	// The fence is in place before the first build can start.
	network := buildNetwork{bridge: b.Bridge, subnet: b.Subnet, nameservers: b.Nameservers}
	if err := errors.Join(network.fence(), forwarding.Allow(ctx, network.forwardingRules()...)); err != nil {
		return nil, err
	}

	// Asked to end, buildkitd waits for its builds. Waiting is in vain: their clients have ended already, or will ask for them again.
	const patience = 2 * time.Second

	return b.Home.Start(ctx, process.Spec{
		Name: buildkitdName, Patience: patience, Program: filepath.Join(b.Bin, buildkitdName), Arguments: []string{"--config", config}, Address: "unix://" + socket,
		Environment: process.Environment(b.Bin),
		// The noted networks are forgotten too: one of them may have been in the making when buildkitd ended.
		Cleanup: func(ctx context.Context) error {
			return errors.Join(builds.end(ctx), b.forgetNetworks(), network.remove(ctx))
		},
		Ready: func(ctx context.Context) error { return process.ServesGRPC(ctx, socket) },
	})
}

func (b Buildkitd) root() string { return b.Home.Folder(buildkitdName, "root") }

// cgroup is the control group that all builds are in.
func (b Buildkitd) cgroup() string { return "zeitwork-build-" + b.Bridge }

// forgetNetworks removes the notes that an earlier run has left of its builds' networks, which are gone.
func (b Buildkitd) forgetNetworks() error {
	// The CNI library keeps its results in files whose names begin with that of the network, which is the bridge's.
	results, err := filepath.Glob("/var/lib/cni/results/" + b.Bridge + "-*")
	if err != nil {
		return fmt.Errorf("look for networks of earlier builds: %w", err)
	}

	for _, noted := range append(results, b.Home.Folder(buildkitdName, "addresses"), filepath.Join(b.root(), "net")) {
		if err := os.RemoveAll(noted); err != nil {
			return fmt.Errorf("forget the networks of earlier builds: %w", err)
		}
	}

	return nil
}
