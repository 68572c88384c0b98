package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const platformUpgradeText = `Bring the whole platform to a version, one part after the other, and show the plan first.

The control plane comes first (the schema, then API and workers), then builders, edges, and the agents of nodes, each one at a time, nodes without draining
them. To a version that is older it goes the other way round: that is how to go back.

The COMMAND upgrades one part, from where you are: {part} in it becomes control-plane, builder, edge or node, {name} the name of the edge or the node
or the address of the builder, and {version} the version. Without one, what to do is shown, and the upgrade goes on when the platform reports the version.

An edge is drained before, where another one serves: it answers 503 at its health path and serves on, so that load balancers leave it, for which they have
--drain. Afterwards, also when the upgrade fails, it is to serve again, and the next edge waits until load balancers have had as long to come back. One that
somebody has drained before stays so.

Everything has to be healthy before a part is upgraded, and afterwards: a worker is there and reaches its builder, edges and nodes are in touch. It stops at the
first thing that is not, and says how to go on and how to go back. It keeps nothing itself: run again, it goes on where it was.

A BuildKit that is no zeitwork builder tells no version: leave it out by --without and its address. For containerd and kernels of nodes there is
zeitwork nodes upgrade.`

// platformUpgrade is one run of `zeitwork upgrade`.
type platformUpgrade struct {
	*app

	api     *API
	version string
	// without are edges, nodes and builders that are left as they are, healthy or not.
	without []string
	timeout time.Duration
	// drain is how long load balancers have to leave an edge before it is upgraded; 0: edges are not drained.
	drain time.Duration
	// command upgrades a part; empty where people do.
	command []string
}

func (a *app) upgradePlatformCommand() *cobra.Command {
	// Cloudflare's balancer, as pulumi sets it up, asks once a minute, for 5 seconds, and once again.
	const patience, noticed = 10 * time.Minute, 2 * time.Minute

	run, yes := platformUpgrade{app: a}, false

	command := &cobra.Command{
		Use: "upgrade VERSION [-- COMMAND [ARGUMENT…]]", Short: "Bring the whole platform to a version, part by part", Long: platformUpgradeText,
		Example: "  zeitwork upgrade v1.3.0\n" +
			"  zeitwork upgrade v1.3.0 --yes -- ./upgrade-part {part} {name} {version}\n" +
			"  zeitwork upgrade v1.2.2",
		Args: func(command *cobra.Command, args []string) error {
			if dash := command.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}

			return cobra.ExactArgs(1)(command, args)
		},
	}
	command.Flags().StringSliceVar(&run.without, "without", nil, "`names` of edges and nodes, or addresses of builders, that are left as they are")
	command.Flags().DurationVar(&run.timeout, "timeout", patience, "how long to wait until a part has the version and is healthy")
	command.Flags().DurationVar(&run.drain, "drain", noticed,
		"how long load balancers have to leave an edge before it is upgraded, and to come back to it; 0: edges are not drained")
	command.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")

	command.RunE = func(command *cobra.Command, args []string) (err error) {
		if run.version, err = platformVersion(args[0]); err != nil {
			return err
		}

		if command.ArgsLenAtDash() >= 0 {
			run.command = args[1:]
		}

		if run.api, err = a.connect(); err != nil {
			return err
		}

		return run.all(command.Context(), yes)
	}

	return command
}

// all shows the plan and, where that is wanted, follows it.
func (u *platformUpgrade) all(ctx context.Context, yes bool) error {
	state, err := u.look(ctx)
	if err != nil {
		return err
	}

	plan, err := planPlatform(state, u.version, u.without)
	if err != nil {
		return err
	}

	if err := u.print(plan, plan.write); err != nil || len(plan.Parts) == 0 {
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

	for i, part := range plan.Parts {
		u.sayf("%s (%d of %d)", part, i+1, len(plan.Parts))

		if err := u.one(ctx, plan, i); err != nil {
			return fmt.Errorf("%s: %w\nNothing else was upgraded. Run the same command again to go on; %s", part, err, plan.howToGoBack(part))
		}
	}

	if err := u.awaitHealth(ctx); err != nil {
		return err
	}

	if state, err = u.look(ctx); err != nil {
		return err
	}

	u.sayf("%s%s", state.whatItHas(u.version), stillDrained(state.edges))

	return nil
}

// one upgrades one part of the plan, where everything is healthy.
func (u *platformUpgrade) one(ctx context.Context, plan platformPlan, i int) error {
	part := plan.Parts[i]

	state, err := u.look(ctx)
	if err != nil {
		return err
	}

	if part.whyNotDone(state, plan.Back) == "" {
		u.sayUntold(part, state)

		return nil // Somebody has been quicker.
	}

	// To go back is to mend what is ill.
	if ill := state.whyIll(u.without); ill != "" && !plan.Back {
		return fmt.Errorf("it was not begun: %s", ill)
	}

	edgeFollows := slices.ContainsFunc(plan.Parts[i+1:], func(p platformPart) bool { return p.Part == edgePart })

	return u.drained(ctx, part, state, edgeFollows, func() error { return u.renew(ctx, part, plan.Back) })
}

// renew has one part upgraded, and waits until the platform reports it.
func (u *platformUpgrade) renew(ctx context.Context, part platformPart, back bool) error {
	if len(u.command) == 0 {
		u.sayf("  %s", part.instructions(back))
	} else if err := u.runUpgrade(ctx, u.command, "{part}", part.Part, "{name}", part.Name, "{version}", part.To); err != nil {
		return err
	}

	// Several APIs answer in turn: all of them have to be of the version.
	const inARow = 5

	upgraded := 0

	var state platformState

	err := u.await(ctx, u.timeout, func(ctx context.Context) (_ string, err error) {
		if state, err = u.look(ctx); err != nil {
			upgraded = 0

			return "", err
		}

		if lacks := part.whyNotDone(state, back); lacks != "" {
			upgraded = 0

			return lacks, nil
		}

		if upgraded++; part.Part == controlPlanePart && upgraded < inARow {
			return "each API answers for itself, so that it is asked again", nil
		}

		return lo.Ternary(back, "", state.whyIll(u.without)), nil
	})
	if err == nil {
		u.sayUntold(part, state)
	}

	return err
}

// sayUntold says why a builder counts as upgraded that tells no version.
func (u *platformUpgrade) sayUntold(part platformPart, state platformState) {
	if slices.ContainsFunc(state.builders, func(b client.BuilderVersion) bool { return b.Address == part.Name && b.Version == nil }) {
		u.sayf("  tells no version, as older releases do not; that workers reach it has to do")
	}
}

// awaitHealth waits until everything is healthy.
func (u *platformUpgrade) awaitHealth(ctx context.Context) error {
	return u.await(ctx, u.timeout, func(ctx context.Context) (string, error) {
		state, err := u.look(ctx)
		if err != nil {
			return "", err
		}

		return state.whyIll(u.without), nil
	})
}

func (p platformPlan) write(w io.Writer) {
	if len(p.Parts) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing is to be upgraded: all parts have the version.")
	} else {
		t := newTable(w, "PART", "NAME", "VERSION")

		for _, part := range p.Parts {
			t.row(part.Part, part.Name, part.Now+" → "+part.To)
		}

		t.flush()
	}

	for _, note := range p.Notes {
		_, _ = fmt.Fprintln(w, note)
	}
}

func (p platformPart) String() string { return strings.TrimSpace(p.Part + " " + p.Name) }
