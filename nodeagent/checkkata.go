package nodeagent

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/kvm"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

const kataPart = "Kata Containers"

// CheckKVM tells whether this machine carries a guest.
func CheckKVM() Finding {
	if err := kvm.Try(); err != nil {
		return Finding{
			Part: "KVM", Detail: err.Error() + ".",
			Advice: "Use a machine with hardware virtualization, or turn on nested virtualization for this one.",
		}
	}

	return Finding{Part: "KVM", OK: true, Detail: "This machine carries a guest."}
}

// checkKata looks for what Kata Containers need beside containerd. It returns nothing where another runtime is configured.
func checkKata(config Config) []Finding {
	if !containers.IsKata(config.Runtime) {
		return nil
	}

	return append([]Finding{CheckKVM(), checkKataShim(config)}, checkKataParts(config)...)
}

func checkKataShim(config Config) Finding {
	path, err := kata.FindShim(containers.Shim(config.Runtime))
	if err != nil {
		return Finding{
			Part: kataPart, Detail: err.Error() + ".",
			Advice: "Install Kata Containers 4 with Cloud Hypervisor (https://katacontainers.io), and have the shim in containerd's PATH.",
		}
	}

	return Finding{Part: kataPart, OK: true, Detail: path + " is installed."}
}

// checkKataParts looks for the hypervisor and what else the configuration names. Where that is Kata's own default nobody knows which file it is.
func checkKataParts(config Config) []Finding {
	var (
		parts []kata.Part
		err   error
	)

	switch {
	case config.shipsKataConfig():
		parts, err = kata.ShippedParts(config.Snapshotter)
	case config.RuntimeConfig != "":
		parts, err = kata.Parts(config.RuntimeConfig)
	default:
		return nil
	}

	if err != nil {
		return []Finding{{
			Part: kataPart, Detail: fmt.Sprintf("The configuration %s cannot be used: %v.", config.kataConfig(), err), Advice: "Correct ZEITWORK_NODE_RUNTIME_CONFIG.",
		}}
	}

	describe := func(part kata.Part, _ int) string { return fmt.Sprintf("%s (%s)", part.Path, part.Name) }

	if missing := kata.Missing(parts); len(missing) > 0 {
		return []Finding{{
			Part: kataPart, Detail: "What the configuration names is not there: " + strings.Join(lo.Map(missing, describe), ", ") + ".",
			Advice: "Install Kata Containers 4 with Cloud Hypervisor in /opt/kata, or name a configuration with other paths in ZEITWORK_NODE_RUNTIME_CONFIG.",
		}}
	}

	return []Finding{{Part: kataPart, OK: true, Detail: "There are " + strings.Join(lo.Map(parts, describe), ", ") + "."}}
}
