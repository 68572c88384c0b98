package nodeagent

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// Config is the node agent's configuration.
type Config struct {
	setting.API
	setting.RegistryAddress
	setting.RegistryProtocol

	Token   string `doc:"The node's token, as given when the node was made." env:"ZEITWORK_NODE_TOKEN,required"`
	KeyFile string `doc:"File with the key of this machine, which signs the node's requests; zeitwork node join makes one. Empty: they are not signed." env:"ZEITWORK_NODE_KEY_FILE"` //nolint:lll // One variable a line.

	Runtime string `doc:"containerd runtime handler of VMs, e.g. io.containerd.runc.v2." env:"ZEITWORK_NODE_RUNTIME" envDefault:"io.containerd.kata.v2"`
	// RuntimeConfig chooses Kata's hypervisor, among the rest.
	RuntimeConfig string `doc:"Configuration file of Kata Containers; empty: ours for Cloud Hypervisor." env:"ZEITWORK_NODE_RUNTIME_CONFIG"`
	AllowRunc     bool   `doc:"true: run VMs on runc, which isolates by the host's kernel only. For trusted code." env:"ZEITWORK_NODE_ALLOW_RUNC"`

	LongestRestartPause time.Duration `doc:"Longest pause before an app that crashes again and again is started again." env:"ZEITWORK_NODE_LONGEST_RESTART_PAUSE" envDefault:"1m"` //nolint:lll // One variable a line.

	ContainerdSocket    string `doc:"Absolute path of containerd's socket." env:"ZEITWORK_CONTAINERD_SOCKET" envDefault:"/run/containerd/containerd.sock"`
	ContainerdNamespace string `doc:"containerd namespace of this node alone." env:"ZEITWORK_CONTAINERD_NAMESPACE" envDefault:"zeitwork"`
	Snapshotter         string `doc:"containerd snapshotter of VMs." env:"ZEITWORK_CONTAINERD_SNAPSHOTTER" envDefault:"overlayfs"`
	DataDir             string `doc:"Folder for the files and logs of VMs." env:"ZEITWORK_NODE_DATA_DIR" envDefault:"/var/lib/zeitwork/node"`
	DiskBytes           int64  `doc:"Size of each VM's disk, on overlayfs; 0: unlimited." env:"ZEITWORK_NODE_VM_DISK_BYTES" envDefault:"10737418240"`
	Init                string `doc:"Path of a static init, PID 1 of VMs; empty: catatonit, else tini-static on runc." env:"ZEITWORK_NODE_INIT"`

	// LogProgram is what containerd's shim starts as the log process of each VM, with vmlog.Command and a folder; empty: the calling binary.
	LogProgram string

	HungAfter time.Duration `doc:"How long an app may give no answer before it is restarted; 0s: for ever." env:"ZEITWORK_NODE_HUNG_AFTER" envDefault:"60s"`

	RegistryRealm string `doc:"Where the registry may send the node for tokens, beside ZEITWORK_API_URL and itself." env:"ZEITWORK_NODE_REGISTRY_REALM"`

	Nameservers []netip.Addr `doc:"Nameservers of VMs, separated by commas; empty: those of the node, public ones first." env:"ZEITWORK_VM_NAMESERVERS"`
	// VMMetrics is off by default as series that come and go with each deployment cost a Prometheus much memory.
	VMMetrics bool `doc:"Serve metrics of each VM, five series for each." env:"ZEITWORK_NODE_VM_METRICS" envDefault:"false"`

	Ingress []string `doc:"Interfaces through which edges reach VMs." env:"ZEITWORK_NODE_INGRESS_INTERFACES" envDefault:"tailscale0"`
	// It is empty where edges reach VMs by another network than a tailnet.
	TailscaledSocket string `doc:"Socket of the machine's tailscaled, such as /run/tailscale/tailscaled.sock: the agent advertises the node's prefix there, and says when edges cannot reach its VMs. Empty: it looks at no tailnet." env:"ZEITWORK_NODE_TAILSCALED"` //nolint:lll // One variable a line.

	AllowMail bool `doc:"Let VMs connect to port 25 of the internet, as those do that deliver mail themselves." env:"ZEITWORK_NODE_ALLOW_MAIL"`

	MaxConnections uint32 `doc:"Connections that a VM may have begun and keep open at once; 0 is no limit." env:"ZEITWORK_NODE_VM_CONNECTIONS" envDefault:"4096"`
	ConnectionRate uint32 `doc:"Connections that a VM may begin in a second; 0 is no limit." env:"ZEITWORK_NODE_VM_CONNECTIONS_PER_SECOND" envDefault:"500"`
	BitsPerSecond  uint64 `doc:"Bits a second that a VM may send, and receive; 0: no limit." env:"ZEITWORK_NODE_VM_BITS_PER_SECOND" envDefault:"1000000000"`
}

// network returns the network of VMs in a cluster's range.
func (c Config) network(clusterRange netip.Prefix, nameservers []netip.Addr) *network.Network {
	return &network.Network{
		Range: clusterRange, Folder: c.networkFolder(), Nameservers: nameservers, Ingress: c.Ingress, AllowMail: c.AllowMail,
		Limits: network.Limits{Connections: c.MaxConnections, ConnectionsPerSecond: c.ConnectionRate, BitsPerSecond: c.BitsPerSecond},
	}
}

// networkFolder returns the folder of network namespaces. It is on a tmpfs, as namespaces end when the machine stops.
func (c Config) networkFolder() string {
	return filepath.Join("/run/zeitwork", c.ContainerdNamespace, "netns")
}

func (c Config) vmFolder() string { return filepath.Join(c.DataDir, "vms") }

// checkIsolation refuses runtimes of which nobody knows what stands between tenants, and runc, which runs customers' code on the host's kernel, unless it is
// allowed explicitly.
func (c Config) checkIsolation() error {
	switch {
	case containers.IsKata(c.Runtime):
		return nil
	case c.Runtime != containers.Runc:
		return fmt.Errorf("this node is set to the runtime %q, of which the platform does not know whether it isolates tenants from each other: "+
			"set ZEITWORK_NODE_RUNTIME=io.containerd.kata.v2, or another name of Kata Containers such as io.containerd.kata-clh.v2", c.Runtime)
	case !c.AllowRunc:
		return errors.New("this node is set to runc, which does not isolate tenants from each other: " +
			"set ZEITWORK_NODE_RUNTIME=io.containerd.kata.v2, or ZEITWORK_NODE_ALLOW_RUNC=true if all code that runs here is trusted")
	default:
		return nil
	}
}

// runtimeConfig returns the part of the configuration that concerns containerd.
func (c Config) runtimeConfig(username, logCommand string, nameservers []netip.Addr, signed http.RoundTripper) (containers.Config, error) {
	initPath, err := c.findInit()
	if err != nil {
		return containers.Config{}, err
	}

	logger := c.LogProgram
	if logger == "" {
		if logger, err = os.Executable(); err != nil {
			return containers.Config{}, fmt.Errorf("find the path of this binary: %w", err)
		}
	}

	realms, err := c.realms()
	if err != nil {
		return containers.Config{}, err
	}

	return containers.Config{
		Handler: c.Runtime, HandlerConfig: c.kataConfig(), Snapshotter: c.Snapshotter,
		Registry: c.RegistryHost, Insecure: c.RegistryInsecure, Username: username, Password: c.Token, Realms: realms, Signed: signed,
		Init: initPath, Logger: logger, LoggerCommand: logCommand, Nameservers: nameservers,
		Folder: c.vmFolder(), DiskBytes: c.DiskBytes,
	}, nil
}

// realms are the API and what is configured beside it, as scheme and host.
func (c Config) realms() ([]string, error) {
	var found []string

	for _, text := range lo.Compact([]string{c.APIURL, c.RegistryRealm}) {
		parsed, err := url.Parse(text)
		if err != nil || parsed.Host == "" {
			return nil, fmt.Errorf("%q is not a URL such as https://api.example.com: correct ZEITWORK_API_URL or ZEITWORK_NODE_REGISTRY_REALM", text)
		}

		found = append(found, parsed.Scheme+"://"+parsed.Host)
	}

	return found, nil
}
