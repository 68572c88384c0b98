package builder

import "github.com/zeitwork/zeitwork/internal/forwarding"

// forwardingRules match the packets of builds that go out, and the answers that come in. Where builds may go is up to the fence.
func (n buildNetwork) forwardingRules() []forwarding.Rule {
	return []forwarding.Rule{
		{"--in-interface", n.bridge},
		{"--out-interface", n.bridge, "--match", "conntrack", "--ctstate", "RELATED,ESTABLISHED"},
	}
}
