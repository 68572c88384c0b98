package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/visible"
)

const upgradeText = `Upgrade the agent, containerd or kernel of nodes, one node at a time, and show the plan first.

A node is upgraded whose agent is of another version than the API, or whose containerd or kernel is older than the newest of its flavour that a node
with the same operating system has; --to names another version, as it does for the first node that gets a new one. A node whose containerd or kernel is upgraded
is drained first, and gets VMs again afterwards if it did before; the agent alone is upgraded without that, since no VM stops for it.

The COMMAND upgrades a machine, from where you are: {name} in it becomes the name of the node. Without one, what to do on the machine is shown, and the
upgrade goes on when the node reports it. A command whose connection ends with the machine has failed: have it reboot a minute later, as
"shutdown -r +1" does.

It stops at the first thing that is not right. Everything that it knows is in the platform (a node that it drains has the label upgrade), so that it
may be interrupted, and goes on where it was when it is run again.`

// upgrade is one run of `zeitwork nodes upgrade`.
type upgrade struct {
	*app

	api     *API
	wanted  wantedUpgrade
	timeout time.Duration
	// command upgrades a machine; empty where people do.
	command []string
}

func (a *app) upgradeNodesCommand() *cobra.Command {
	var (
		parts, to []string
		yes       bool
		run       = upgrade{app: a}
	)

	command := &cobra.Command{
		Use: "upgrade [NAME…] [-- COMMAND [ARGUMENT…]]", Short: "Upgrade nodes one at a time, and show the plan", Long: upgradeText,
		Example: "  zeitwork nodes upgrade\n" +
			"  zeitwork nodes upgrade --only agent --yes -- ssh root@{name} /root/zeitwork node join\n" +
			"  zeitwork nodes upgrade node-1 --to kernel=6.12.48-amd64 -- ssh root@{name} 'apt-get -qy full-upgrade && shutdown -r +1'\n" +
			"  zeitwork nodes upgrade node-1 --anew",
		ValidArgsFunction: first(a.completeNodes),
	}
	command.Flags().StringSliceVar(&parts, "only", nil, "`parts` to upgrade, of agent, containerd and kernel (default: all)")
	command.Flags().StringArrayVar(&to, "to", nil, "`PART=VERSION` that a part is upgraded to; again for more")
	command.Flags().BoolVar(&run.wanted.anew, "anew", false, "have nodes started anew that are up to date, too")
	command.Flags().DurationVar(&run.timeout, "timeout", time.Hour, "how long to wait until a node is empty, and until it is back")
	command.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")

	command.RunE = func(command *cobra.Command, args []string) (err error) {
		run.wanted.names = args
		if dash := command.ArgsLenAtDash(); dash >= 0 {
			run.wanted.names, run.command = args[:dash], args[dash:]
		}

		if run.wanted.parts, err = checkParts(parts, run.wanted.anew); err != nil {
			return err
		}

		if run.wanted.targets, err = upgradeTargets(to, run.wanted.parts); err != nil {
			return err
		}

		if run.api, err = a.connect(); err != nil {
			return err
		}

		return run.all(command.Context(), yes)
	}

	return command
}

// all shows the plan and, where that is wanted, follows it.
func (u *upgrade) all(ctx context.Context, yes bool) error {
	settings, err := checked(u.api.GetMachineSettingsWithResponse(ctx))
	if err != nil {
		return err
	}

	nodes, err := allNodes(ctx, u.api)
	if err != nil {
		return err
	}

	plan, err := planUpgrade(nodes, settings.JSON200.Version, u.wanted)
	if err != nil {
		return err
	}

	if err := u.print(plan, plan.write); err != nil || len(plan.Nodes) == 0 {
		return err
	}

	if !yes {
		if yes, err = u.confirm(ctx, "Begin?"); err != nil {
			return err
		}
	}

	if !yes {
		u.sayf("Nothing was done; --yes begins.")

		return nil
	}

	for i, step := range plan.Nodes {
		u.sayf("%s (%d of %d)", step.Node, i+1, len(plan.Nodes))

		if err := u.one(ctx, step); err != nil {
			return fmt.Errorf("%s: %w\nRun the same command again to go on%s", step.Node, err,
				lo.Ternary(step.Drains, fmt.Sprintf("; `zeitwork nodes ready %s` gives the node VMs again", step.Node), ""))
		}
	}

	u.sayf("Upgraded all of them (%d).", len(plan.Nodes))

	return nil
}

// one upgrades one node. What an earlier run has done of it is not done again.
func (u *upgrade) one(ctx context.Context, step nodeUpgrade) error {
	node, err := nodeByName(ctx, u.api, step.Node)
	if err != nil {
		return err
	}

	if !step.Drains {
		return u.renew(ctx, step)
	}

	if !isBegun(*node) {
		labels := lo.Assign(node.Labels, map[string]string{upgradeLabel: string(step.Back)})
		if err := u.set(ctx, node, client.NodeUpdateStateDraining, labels); err != nil {
			return err
		}
	}

	if err := u.awaitNode(ctx, u.api, step.Node, u.timeout, whyNotEmpty(u.api)); err != nil {
		return err
	}

	if err := u.renew(ctx, step); err != nil {
		return err
	}

	if node, err = nodeByName(ctx, u.api, step.Node); err != nil {
		return err
	}

	return u.set(ctx, node, client.NodeUpdateState(step.Back), lo.OmitByKeys(node.Labels, []string{upgradeLabel}))
}

// renew has the machine of an empty node upgraded, and waits until the node reports it.
func (u *upgrade) renew(ctx context.Context, step nodeUpgrade) error {
	// A node that an earlier run was waiting for may just be starting.
	if err := u.awaitNode(ctx, u.api, step.Node, u.timeout, func(_ context.Context, node client.Node) (string, error) {
		return lo.Ternary(node.InTouch, "", "it is out of touch"), nil
	}); err != nil {
		return err
	}

	before, err := nodeByName(ctx, u.api, step.Node)
	if err != nil {
		return err
	}

	done := whyNotUpgraded(step, u.wanted, *before)
	if lacks, _ := done(ctx, *before); lacks == "" {
		return nil
	}

	if len(u.command) == 0 {
		u.sayf("  On the machine of %s: %s. It goes on when the node reports that.", step.Node, step.instructions(u.wanted))
	} else if err := u.runCommand(ctx, step.Node); err != nil {
		return err
	}

	return u.awaitNode(ctx, u.api, step.Node, u.timeout, done)
}

// instructions tell what to do on the machine.
func (n nodeUpgrade) instructions(wanted wantedUpgrade) string {
	does := lo.Map(n.Changes, func(change partChange, _ int) string {
		switch change.Part {
		case partAgent:
			return "run `./zeitwork node join` of version " + change.To
		case partKernel:
			return "install and boot the kernel " + change.To
		default:
			return fmt.Sprintf("install containerd %s and restart it", change.To)
		}
	})
	if wanted.anew {
		does = append(does, lo.Ternary(wanted.reboots(), "reboot it", "restart the agent"))
	}

	return strings.Join(does, ", ")
}

// runCommand runs the operator's command for a node.
func (u *upgrade) runCommand(ctx context.Context, node string) error {
	return u.runUpgrade(ctx, u.command, "{name}", node)
}

// runUpgrade runs an operator's command without a shell, with pairs of what stands in its arguments and what it becomes.
func (a *app) runUpgrade(ctx context.Context, wanted []string, replaced ...string) error {
	replacer := strings.NewReplacer(replaced...)
	arguments := lo.Map(wanted, func(argument string, _ int) string { return replacer.Replace(argument) })
	a.sayf("  runs: %s", strings.Join(arguments, " "))

	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = longestLook
	// Results alone go to standard output, and this is none.
	command.Stdout = visible.Writer(a.Err)
	command.Stderr = command.Stdout

	if isTerminal(a.In) {
		command.Stdin = a.In
	}

	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return interrupted()
		}

		return fmt.Errorf("its command failed: %w", err)
	}

	return nil
}

func (u *upgrade) set(ctx context.Context, node *client.Node, state client.NodeUpdateState, labels map[string]string) error {
	_, err := checked(u.api.UpdateNodeWithResponse(ctx, node.ID, client.NodeUpdate{State: &state, Labels: &labels}))
	if err == nil {
		u.sayf("  is %s", state)
	}

	return err
}

func (p upgradePlan) write(w io.Writer) {
	if len(p.Nodes) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing is to be upgraded: all versions are as they should be.")
	} else {
		t := newTable(w, "NODE", "STATE", "VMS", "UPGRADE", "HOW")

		for _, node := range p.Nodes {
			changes := lo.Map(node.Changes, func(c partChange, _ int) string { return fmt.Sprintf("%s %s → %s", c.Part, c.Now, c.To) })
			how := "without draining it"

			if node.Drains {
				how = fmt.Sprintf("drained, then %s", node.Back)
			}

			t.row(node.Node, string(node.State), decimal(node.VMs), lo.CoalesceOrEmpty(strings.Join(changes, ", "), "started anew"), how)
		}

		t.flush()
	}

	for _, note := range p.Notes {
		_, _ = fmt.Fprintln(w, note)
	}
}
