package nodeagent

import (
	"fmt"
	"strings"

	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// checkForwarding looks for packet filters that keep everybody from VMs. The node's own probes would not see that: they come from the machine itself.
func checkForwarding() Finding {
	const part = "forwarding"

	obstacles, err := network.Obstacles()

	switch {
	case err != nil:
		return Finding{Part: part, Detail: fmt.Sprintf("nftables cannot be read: %v.", err), Advice: "Run it as root, on a kernel that has nf_tables."}
	case len(obstacles) > 0:
		return Finding{
			Part: part, Tolerable: true, Detail: "Forwarded packets are refused by " + strings.Join(obstacles, ", ") + ": nobody reaches VMs, and they reach nobody.",
			Advice: `Have it accept what comes from and what goes to interfaces whose names begin with zwv (iifname "zwv*" accept, oifname "zwv*" accept).`,
		}
	default:
		return Finding{Part: part, OK: true, Detail: "No packet filter of another program stands between VMs and the network."}
	}
}
