package builder

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// setForwarding makes the machine's iptables let the packets of builds out and the answers in, or takes that back. Docker and ufw set
// the policy of forwarding there to DROP; a machine without iptables has no such policy. Where builds may go is up to the fence.
func (n *buildNetwork) setForwarding(ctx context.Context, allowed bool) error {
	if _, err := exec.LookPath("iptables"); err != nil {
		return nil //nolint:nilerr // Without the command there is nothing to change.
	}

	for _, rule := range [][]string{
		{"FORWARD", "--in-interface", n.link, "--jump", "ACCEPT"},
		{"FORWARD", "--out-interface", n.link, "--match", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "--jump", "ACCEPT"},
	} {
		// A run that was killed may have left the rule.
		there := iptables(ctx, "--check", rule) == nil

		switch {
		case there && !allowed:
			if err := iptables(ctx, "--delete", rule); err != nil {
				return err
			}
		case !there && allowed:
			if err := iptables(ctx, "--insert", rule); err != nil {
				return err
			}
		}
	}

	return nil
}

func iptables(ctx context.Context, action string, rule []string) error {
	output, err := exec.CommandContext(ctx, "iptables", slices.Concat([]string{"--wait", action}, rule)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("change the forwarding of builds with iptables %s: %w: %s", action, err, strings.TrimSpace(string(output)))
	}

	return nil
}
