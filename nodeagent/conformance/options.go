package conformance

import (
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/nodeagent"
)

// Options say what is checked, and how.
type Options struct {
	// Environ is the environment of the node agent, with its configuration.
	Environ map[string]string
	// Only names the checks to run; empty: all.
	Only []string
	// VMs is how many VMs are started at once in the end.
	VMs int
	// Parallel is how many of the checks before that run at once.
	Parallel int
	// Range has the addresses of the VMs. Nothing else on the machine may use it.
	Range netip.Prefix
	// Patience is how long any one step may take.
	Patience time.Duration
	// Internet is what VMs must reach by TCP, as HOST:PORT; empty: that is not checked.
	Internet string
	// Offline gives VMs a nameserver that the checks run themselves.
	Offline bool
	// RestartContainerd is how containerd may be killed: a unit of systemd, or the id of a process that something starts again. Empty: it may not.
	RestartContainerd string
}

const (
	// namespaceSuffix makes the containerd namespace of the checks from that of the node.
	namespaceSuffix = "-conformance"
	defaultDataDir  = "/var/lib/zeitwork/node"
	// restartPause is the longest pause between restarts of a crashing app: it crashes ten times, and pauses grow up to a minute on a node.
	restartPause = 250 * time.Millisecond
	// hungAfter is shorter than on a node, so that no app need hang for long. A node that is busy waits five times as long.
	hungAfter = 2 * time.Second
	// hungPart is the part of Options.Patience that it is at least: on a machine so slow that its operator gives it more, an app at work is silent for longer.
	hungPart = 60
	// diskBytes is lower than on a node, so that an app need not write much to fill its disk.
	diskBytes = 512 << 20
	// addressesBeside is how many addresses the checks need beside those of the VMs that are started at once.
	addressesBeside = 30
)

// Validate returns a sentence about options that cannot be.
func (o Options) Validate() error {
	if _, err := choose(o.Only); err != nil {
		return err
	}

	switch {
	case o.VMs < 1 || o.Parallel < 1:
		return fmt.Errorf("%d VMs at once and %d checks at once cannot be: both are at least 1", o.VMs, o.Parallel)
	case !o.Range.IsValid() || !o.Range.Addr().Is4() || o.Range != o.Range.Masked():
		return fmt.Errorf("%s is not a range of IPv4 addresses such as 10.231.77.0/24", o.Range)
	case 1<<(o.Range.Addr().BitLen()-o.Range.Bits()) < o.VMs+addressesBeside:
		return fmt.Errorf("%s has too few addresses for %d VMs at once and %d others: choose a larger --range", o.Range, o.VMs, addressesBeside)
	default:
		return nil
	}
}

// environ is the environment of the agent that is checked: that of the node's agent, but for what would lead it to the node's platform and VMs.
func (o Options) environ() map[string]string {
	own := maps.Clone(o.Environ)
	maps.DeleteFunc(own, func(name, _ string) bool {
		return strings.HasPrefix(name, "OTEL_") || name == "ZEITWORK_METRICS_LISTEN"
	})

	dataDir := lo.CoalesceOrEmpty(own["ZEITWORK_NODE_DATA_DIR"], defaultDataDir)
	namespace := lo.CoalesceOrEmpty(own["ZEITWORK_CONTAINERD_NAMESPACE"], "zeitwork") + namespaceSuffix

	maps.Copy(own, map[string]string{
		"ZEITWORK_API_URL": "http://127.0.0.1", "ZEITWORK_NODE_TOKEN": secret.NewToken("zwn_"), "ZEITWORK_NODE_KEY_FILE": "",
		"ZEITWORK_REGISTRY_HOST": "127.0.0.1", "ZEITWORK_REGISTRY_INSECURE": "true",
		"ZEITWORK_CONTAINERD_NAMESPACE":       namespace,
		"ZEITWORK_NODE_DATA_DIR":              filepath.Clean(dataDir) + namespaceSuffix,
		"ZEITWORK_NODE_INGRESS_INTERFACES":    interfaceName(namespace, tailnetRole),
		"ZEITWORK_NODE_LONGEST_RESTART_PAUSE": restartPause.String(),
		"ZEITWORK_NODE_HUNG_AFTER":            max(hungAfter, o.Patience/hungPart).String(),
		"ZEITWORK_NODE_VM_DISK_BYTES":         strconv.Itoa(diskBytes),
	})

	if o.Offline {
		own["ZEITWORK_VM_NAMESERVERS"] = nameserver().String()
	}

	return own
}

func readConfig(environ map[string]string) (nodeagent.Config, error) {
	config, err := env.ParseAsWithOptions[nodeagent.Config](env.Options{Environment: environ})
	if err != nil {
		return config, fmt.Errorf("read the configuration of the node agent (`zeitwork help config` explains it): %w", err)
	}

	return config, nil
}

// lines returns an environment in the form that processes get it in.
func lines(environ map[string]string) []string {
	return lo.Map(slices.Sorted(maps.Keys(environ)), func(name string, _ int) string { return name + "=" + environ[name] })
}
