package forwarding

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// chain is where iptables looks at packets that pass the machine.
const chain = "FORWARD"

// Rule are the arguments of iptables that match packets, such as --in-interface and a name.
type Rule []string

// patience is how many seconds a command waits for another one that changes rules.
const patience = "5"

// Allow makes iptables accept what the rules match. A rule that is there already stays where it is. Without iptables on the machine Allow does nothing.
func Allow(ctx context.Context, rules ...Rule) error {
	for _, command := range commands() {
		for _, rule := range rules {
			if err := insert(ctx, command, rule); err != nil {
				return err
			}
		}
	}

	return nil
}

// Forget takes back what Allow did, also where that was done more than once.
func Forget(ctx context.Context, rules ...Rule) error {
	for _, command := range commands() {
		for _, rule := range rules {
			for has(ctx, command, rule) {
				if err := run(ctx, command, "--delete", rule); err != nil {
					return err
				}
			}
		}
	}

	return nil
}

// commands are the iptables of the machine that have rules: of those for nftables and for the kernel's older tables, which it may have both, the one that
// Docker and ufw use is named iptables.
func commands() []string {
	var found []string

	if _, err := exec.LookPath("iptables"); err == nil {
		found = append(found, "iptables")
	}

	// To ask the other one would make its tables.
	names, err := os.ReadFile("/proc/thread-self/net/ip_tables_names")
	if err != nil || !slices.Contains(strings.Fields(string(names)), "filter") {
		return found
	}

	if _, err := exec.LookPath("iptables-legacy"); err == nil {
		found = append(found, "iptables-legacy")
	}

	return found
}

// insert adds the rule before all others, unless it is there.
func insert(ctx context.Context, command string, rule Rule) error {
	if has(ctx, command, rule) {
		return nil
	}

	return run(ctx, command, "--insert", rule)
}

func has(ctx context.Context, command string, rule Rule) bool {
	return run(ctx, command, "--check", rule) == nil
}

func run(ctx context.Context, command, action string, rule Rule) error {
	arguments := slices.Concat([]string{"--wait", patience, action, chain}, rule, []string{"--jump", "ACCEPT"})

	output, err := exec.CommandContext(ctx, command, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", command, strings.Join(arguments, " "), err, strings.TrimSpace(string(output)))
	}

	return nil
}
