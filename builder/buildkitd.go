package builder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Buildkitd builds images. It and its builds are in a network of their own, from which the internet and the nameservers can be reached, by buildkitd
// the platform's registry too, and nothing else.
type Buildkitd struct {
	Home     process.Home
	Programs Programs
	// RegistryHost is the host and port of the platform's registry; it may be empty. RegistryInsecure has it asked without TLS.
	RegistryHost     string
	RegistryInsecure bool
	// Mirror makes buildkitd look for docker.io's images in that registry, below docker.io/, before it asks Docker Hub.
	Mirror bool
	// Allowed are hosts, each with its port, that buildkitd itself may reach although they are internal. The registry is one without being named.
	Allowed []string
	// Bridge is the name of the network interface between builds and the machine, 15 bytes at most. No other daemon may use the name.
	Bridge string
	// Subnet is the range of the builds' addresses, with those of the interface at its end. Nothing else on the machine may use the range.
	Subnet netip.Prefix
	// Nameservers are the DNS servers of builds and of buildkitd, which may be internal; none: the machine's own.
	Nameservers []netip.Addr
	// Logger is told when the fence was disturbed; it may be nil.
	Logger *slog.Logger
	// CacheBytes is how much disk the build cache may use; zero is 20 GB. FreeBytes is how much of the disk it leaves free; zero is 5 GB.
	CacheBytes, FreeBytes int64
	// StepBytes is how much one instruction may write to the disk; zero is 10 GB.
	StepBytes int64
	// MemoryBytes is how much memory all builds may use together, Steps how many of their instructions run at once; zero is no limit. Processes is how
	// many processes and threads all builds may have together; zero is 16384.
	MemoryBytes      int64
	Steps, Processes int
	// Builds is how many builds workers are told to have it do at once while another builder has room; zero is any number.
	Builds int
}

const buildkitdName = "buildkitd"

// Start sets the network up, fences it, and starts buildkitd in it. The process's address is a unix:// URL.
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

	if err := checkSubnet(b.Subnet); err != nil {
		return nil, err
	}

	network := b.network()

	config, err := b.writeConfiguration("unix://"+socket, network.lastBuild())
	if err != nil {
		return nil, err
	}

	if err := process.EndLeftovers(ctx, filepath.Base(b.Programs.Buildkitd), config); err != nil {
		return nil, err
	}

	builds := buildProcesses{cgroup: b.cgroup(), root: b.root()}
	if err := errors.Join(builds.end(ctx), b.forgetNetworks()); err != nil {
		return nil, err
	}

	if err := builds.limit(b.limits()); err != nil {
		return nil, err
	}

	// The fence is in place before the first build can start.
	if err := network.up(ctx); err != nil {
		return nil, errors.Join(err, network.remove(context.WithoutCancel(ctx)))
	}

	// Asked to end, buildkitd waits for its builds. Waiting is in vain: it answers no further questions of their clients, without which none ends well.
	const patience = 2 * time.Second

	stopKeeping, stopWatching := network.startKeeping(ctx), b.diskWatch(builds).start(ctx)
	stopAll := func() {
		stopWatching()
		stopKeeping()
	}

	daemon, err := b.Home.Start(ctx, process.Spec{
		Name: buildkitdName, Patience: patience, Program: b.Programs.Buildkitd, Arguments: []string{"--config", config}, Address: "unix://" + socket,
		Environment: process.Environment(filepath.Dir(b.Programs.Buildkitd)), NetworkNamespace: network.namespace,
		// The noted networks are forgotten too: one of them may have been in the making when buildkitd ended.
		Cleanup: func(ctx context.Context) error {
			stopAll()

			return errors.Join(builds.end(ctx), b.forgetNetworks(), network.remove(ctx))
		},
		Ready: func(ctx context.Context) error { return process.ServesGRPC(ctx, socket) },
	})
	if err != nil {
		stopAll()

		return nil, errors.Join(err, network.remove(context.WithoutCancel(ctx)))
	}

	go func() {
		<-daemon.Done()
		stopAll()
	}()

	return daemon, nil
}

// NetworkNamespace is where the network namespace of buildkitd is mounted while it runs.
func (b Buildkitd) NetworkNamespace() string { return b.Home.Folder(buildkitdName, "network") }

func (b Buildkitd) limits() limits {
	const defaultProcesses = 16384

	return limits{memoryBytes: b.MemoryBytes, processes: int64(cmp.Or(b.Processes, defaultProcesses))}
}

// network is where buildkitd and its builds are going to be.
func (b Buildkitd) network() *buildNetwork {
	hosts := slices.Clone(b.Allowed)
	if b.RegistryHost != "" {
		hosts = append(hosts, b.registryWithPort())
	}

	return &buildNetwork{
		namespace: b.NetworkNamespace(), link: b.Bridge, subnet: b.Subnet, nameservers: b.Nameservers, hosts: hosts, logger: b.logger(),
	}
}

func (b Buildkitd) logger() *slog.Logger {
	return cmp.Or(b.Logger, slog.New(slog.DiscardHandler))
}

func (b Buildkitd) diskWatch(builds buildProcesses) *diskWatch {
	const defaultStepBytes = 10e9

	return &diskWatch{
		builds: builds, limit: cmp.Or(b.StepBytes, defaultStepBytes), floor: cmp.Or(b.FreeBytes, defaultFreeBytes) / floorShare, logger: b.logger(),
	}
}

// registryWithPort is the registry's host with the port that its protocol has where none is named.
func (b Buildkitd) registryWithPort() string {
	if _, _, err := net.SplitHostPort(b.RegistryHost); err == nil {
		return b.RegistryHost
	}

	return net.JoinHostPort(b.RegistryHost, lo.Ternary(b.RegistryInsecure, "http", "https"))
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
