package builder

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Buildkitd builds images. Its builds run in a network of their own, which reaches the internet and nothing else.
type Buildkitd struct {
	Home process.Home
	// Bin is the folder of the daemons' binaries, among them runc and the CNI plugins.
	Bin string
	// RegistryHost is the host and port of a registry that is spoken to without TLS; it may be empty.
	RegistryHost string
	// Mirror makes docker.io's images be looked for in that registry, below docker.io/, before Docker Hub is asked.
	Mirror bool
	// Bridge is the name of the network interface between builds and the machine, 15 bytes at most. No other daemon may
	// use it.
	Bridge string
	// Subnet is the range of the builds' addresses; the first address is the bridge's. Nothing else on the machine may
	// use it.
	Subnet netip.Prefix
	// Nameservers are what builds ask for names; empty are the machine's own.
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

	// The fence stands before the first build can.
	network := buildNetwork{bridge: b.Bridge, subnet: b.Subnet, nameservers: b.Nameservers}
	if err := errors.Join(network.fence(), network.setForwarding(ctx, true)); err != nil {
		return nil, err
	}

	// Asked to end, buildkitd waits for its builds. Whoever had asked for them has ended already, or begins them again.
	const patience = 2 * time.Second

	return b.Home.Start(ctx, process.Spec{
		Name: buildkitdName, Patience: patience, Program: filepath.Join(b.Bin, buildkitdName), Arguments: []string{"--config", config}, Address: "unix://" + socket,
		Environment: process.Environment(b.Bin),
		// A network that was being made when buildkitd ended is noted too.
		Cleanup: func(ctx context.Context) error {
			return errors.Join(builds.end(ctx), b.forgetNetworks(), network.remove(ctx))
		},
		Ready: func(ctx context.Context) error { return process.ServesGRPC(ctx, socket) },
	})
}

func (b Buildkitd) root() string { return b.Home.Folder(buildkitdName, "root") }

// cgroup is the control group that all builds are in.
func (b Buildkitd) cgroup() string { return "zeitwork-build-" + b.Bridge }

// forgetNetworks removes what a killed run had noted of its builds' networks, none of which is there any more.
func (b Buildkitd) forgetNetworks() error {
	// The CNI library keeps its results there, in files that begin with the network's name.
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
