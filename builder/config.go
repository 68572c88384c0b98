package builder

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"runtime"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// Config is the configuration of a builder.
//
//nolint:lll // One field a line, with its documentation.
type Config struct {
	setting.RegistryAddress
	setting.RegistryProtocol

	Listen    url.URL `doc:"Where workers reach it: tcp:// with an address of this machine in the tailnet and a port, such as tcp://100.64.0.7:8372, or unix:// with a path." env:"ZEITWORK_BUILDER_LISTEN" envDefault:"unix:///run/zeitwork-builder.sock"`
	TLS       TLS
	DataDir   string        `doc:"Directory of everything that a builder keeps, its cache among it."                                                  env:"ZEITWORK_BUILDER_DATA_DIR"      envDefault:"/var/lib/zeitwork-builder"`
	Drain     time.Duration `doc:"How long builds that run may take to end, once the builder was asked to end."                                       env:"ZEITWORK_BUILDER_DRAIN_TIMEOUT" envDefault:"20m"`
	Interface string        `doc:"Name of the network interface between builds and the machine, 15 bytes at most; nothing else may use it."            env:"ZEITWORK_BUILDER_INTERFACE"     envDefault:"zwbuilder0"`
	Range     netip.Prefix  `doc:"IPv4 addresses of builds; nothing else on the machine may use them."                                                env:"ZEITWORK_BUILDER_RANGE"         envDefault:"10.78.0.0/16"`

	Nameservers []netip.Addr `doc:"Nameservers of builds and of buildkitd, separated by commas; empty: those of the machine." env:"ZEITWORK_BUILDER_NAMESERVERS"`

	Allowed []string `doc:"Hosts with ports, separated by commas, that buildkitd itself may reach although they are internal, beside the registry: where that keeps its layers, or a proxy." env:"ZEITWORK_BUILDER_ALLOWED_HOSTS"`

	Buildkitd string `doc:"Path of buildkitd; empty: it is looked for on PATH."                                           env:"ZEITWORK_BUILDER_BUILDKITD"`
	Runc      string `doc:"Path of runc; empty: buildkit-runc or runc is looked for on PATH."                             env:"ZEITWORK_BUILDER_RUNC"`
	CNI       string `doc:"Folder of the CNI plugins; empty: they are looked for in /opt/cni/bin and /usr/lib/cni." env:"ZEITWORK_BUILDER_CNI"`

	CacheBytes  int64 `doc:"How much disk the build cache may use, in bytes; the oldest goes first."                                        env:"ZEITWORK_BUILDER_CACHE_BYTES"  envDefault:"20000000000"`
	FreeBytes   int64 `doc:"How much of the disk the build cache leaves free, in bytes."                                                     env:"ZEITWORK_BUILDER_FREE_BYTES"   envDefault:"5000000000"`
	StepBytes   int64 `doc:"How much one instruction of a build may write to the disk, in bytes; one that writes more fails." env:"ZEITWORK_BUILDER_STEP_BYTES" envDefault:"10000000000"`
	MemoryBytes int64 `doc:"How much memory all builds may use together, in bytes; 0: seven eighths of the machine's."                       env:"ZEITWORK_BUILDER_MEMORY_BYTES" envDefault:"0"`
	Processes   int   `doc:"How many processes and threads all builds may have together."                                                    env:"ZEITWORK_BUILDER_PROCESSES"    envDefault:"16384"`
	Steps       int   `doc:"How many instructions of builds run at once; others wait. 0: four for each processor."                           env:"ZEITWORK_BUILDER_STEPS"        envDefault:"0"`
	Builds      int   `doc:"How many builds it has at once before workers turn to another builder that has fewer than it takes. 0: two for each processor." env:"ZEITWORK_BUILDER_BUILDS" envDefault:"0"`
}

// buildkitd is the daemon of the configuration, with what the machine says where that is left open.
func (c Config) buildkitd() (Buildkitd, error) {
	const stepsPerProcessor, buildsPerProcessor = 4, 2

	programs, err := Programs{Buildkitd: c.Buildkitd, Runc: c.Runc, CNI: c.CNI}.find()
	if err != nil {
		return Buildkitd{}, err
	}

	if c.MemoryBytes == 0 {
		if c.MemoryBytes, err = memoryForBuilds(); err != nil {
			return Buildkitd{}, err
		}
	}

	return Buildkitd{
		Home: process.Home(c.DataDir), Programs: programs, RegistryHost: c.RegistryHost, RegistryInsecure: c.RegistryInsecure,
		Bridge: c.Interface, Subnet: c.Range, Nameservers: c.Nameservers, Allowed: c.Allowed, CacheBytes: c.CacheBytes, FreeBytes: c.FreeBytes,
		StepBytes: c.StepBytes, MemoryBytes: c.MemoryBytes, Processes: c.Processes, Steps: cmp.Or(c.Steps, stepsPerProcessor*runtime.NumCPU()),
		Builds: cmp.Or(c.Builds, buildsPerProcessor*runtime.NumCPU()),
	}, nil
}

// check returns an error for a limit that is none, and for what the network cannot have.
func (c Config) check() error {
	isIPv4 := func(address netip.Addr) bool { return address.Is4() }

	switch {
	case c.Interface == "" || len(c.Interface) >= unix.IFNAMSIZ:
		return fmt.Errorf("ZEITWORK_BUILDER_INTERFACE is %q and must have between 1 and %d bytes", c.Interface, unix.IFNAMSIZ-1)
	case !lo.EveryBy(c.Nameservers, isIPv4):
		return errors.New("ZEITWORK_BUILDER_NAMESERVERS must be IPv4 addresses: builds have no others")
	case c.CacheBytes <= 0:
		return errors.New("ZEITWORK_BUILDER_CACHE_BYTES must be more than 0")
	case c.FreeBytes <= 0:
		return errors.New("ZEITWORK_BUILDER_FREE_BYTES must be more than 0")
	case c.StepBytes <= 0:
		return errors.New("ZEITWORK_BUILDER_STEP_BYTES must be more than 0")
	case c.MemoryBytes < 0:
		return errors.New("ZEITWORK_BUILDER_MEMORY_BYTES must be 0 or more")
	case c.Processes <= 0:
		return errors.New("ZEITWORK_BUILDER_PROCESSES must be more than 0")
	case c.Steps < 0:
		return errors.New("ZEITWORK_BUILDER_STEPS must be 0 or more")
	case c.Builds < 0:
		return errors.New("ZEITWORK_BUILDER_BUILDS must be 0 or more")
	case c.Drain < 0:
		return errors.New("ZEITWORK_BUILDER_DRAIN_TIMEOUT must be 0s or longer")
	default:
		return nil
	}
}

// memoryForBuilds leaves the machine and buildkitd an eighth of the memory.
func memoryForBuilds() (int64, error) {
	const kept = 8

	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0, fmt.Errorf("find out how much memory the machine has: %w", err)
	}

	total := int64(info.Totalram) * int64(info.Unit) //nolint:gosec // Memory fits.

	return total - total/kept, nil
}

// listenAddress returns the network and the address to listen on. Whoever reaches it can build, and read and write the caches of all projects.
func (c Config) listenAddress() (network, address string, err error) {
	switch c.Listen.Scheme {
	case "unix":
		return "unix", c.Listen.Path, nil
	case "tcp":
	default:
		return "", "", fmt.Errorf("ZEITWORK_BUILDER_LISTEN is %q and must begin with tcp:// or unix://", c.Listen.String())
	}

	host, _, err := net.SplitHostPort(c.Listen.Host)
	if err != nil {
		return "", "", fmt.Errorf("ZEITWORK_BUILDER_LISTEN must have an address and a port, such as tcp://100.64.0.7:8372: %w", err)
	}

	if named, err := netip.ParseAddr(host); !c.TLS.isSet() && (host == "" || (err == nil && named.IsUnspecified())) {
		return "", "", fmt.Errorf("ZEITWORK_BUILDER_LISTEN is %q, on which everybody could build who reaches any address of this machine: "+
			"name the one in the tailnet, or set ZEITWORK_BUILDER_TLS_CERTIFICATE", c.Listen.String())
	}

	return "tcp", c.Listen.Host, nil
}
