package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/nodeagent/conformance"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

const conformanceHelp = `Check that VMs on this machine get what the platform promises, and nothing
else, before it takes tenants.

It runs the node agent itself on this machine's containerd, configured by the
same variables (zeitwork help config), and needs root. No platform is needed:
what the agent takes for it is a stand-in on loopback, and edges, strangers and
the internet are network namespaces. A containerd namespace, addresses and a
data folder of its own keep it from a node that works here. All of that is
removed in the end, also after Ctrl-C; IP forwarding stays on, as nodes need it.

Each check has a line with what was seen: ✓ it holds, ✗ it fails, · it was
skipped, ~ the runtime cannot do it. The exit code is 0 where none fails, and
else 1.

`

func conformanceCommand() *cobra.Command {
	var (
		options conformance.Options
		asJSON  bool
		vmRange string
	)

	command := &cobra.Command{
		Use:   "conformance",
		Short: "Check that VMs on this machine get what the platform promises, and nothing else",
		Long:  conformanceHelp + listOfChecks(),
		Example: `  zeitwork node conformance
  zeitwork node conformance --vms 10 --internet example.com:443
  zeitwork node conformance --restart-containerd containerd.service
  zeitwork node conformance --only disk,memory --json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			var err error
			if options.Range, err = netip.ParsePrefix(vmRange); err != nil {
				return cli.UsageError(fmt.Errorf("--range %s is not a range of addresses: %w", vmRange, err))
			}

			options.Environ = env.ToMap(os.Environ())
			if err := options.Validate(); err != nil {
				return cli.UsageError(err)
			}

			return runConformance(command.Context(), options, asJSON)
		},
	}

	usual := usualConformance()
	flags := command.Flags()
	flags.IntVar(&options.VMs, "vms", usual.VMs, "how many VMs are started at once in the end")
	flags.IntVar(&options.Parallel, "parallel", usual.Parallel, "how many of the other checks run at once")
	flags.DurationVar(&options.Patience, "patience", usual.Patience, "how long any one step may take")
	flags.StringVar(&vmRange, "range", usual.Range.String(), "addresses for the VMs, which nothing else on this machine may use")
	flags.StringVar(&options.Internet, "internet", "", "HOST:PORT of the real internet that VMs must reach")
	flags.BoolVar(&options.Offline, "offline", false, "give VMs a nameserver of this command's own")
	flags.StringVar(&options.RestartContainerd, "restart-containerd", "",
		"kill containerd while a VM serves: its systemd unit, or its process id where something starts it again")
	flags.StringSliceVar(&options.Only, "only", nil, "run these checks alone, beside start and removal")
	flags.BoolVar(&asJSON, "json", false, "write the findings as JSON")

	return command
}

// usualConformance has the options that nobody need give.
func usualConformance() conformance.Options {
	const (
		vms, parallel = 50, 4
		patience      = 2 * time.Minute
	)

	return conformance.Options{VMs: vms, Parallel: parallel, Patience: patience, Range: netip.MustParsePrefix("10.231.77.0/24")}
}

// verifyConformance checks a machine that is about to become a node with these settings.
func verifyConformance(ctx context.Context, settings map[string]string) error {
	options := usualConformance()
	options.Environ = env.ToMap(os.Environ())
	maps.Copy(options.Environ, settings)
	sayStep("running the checks of `zeitwork node conformance`")

	err := runConformance(ctx, options, false)
	if errors.Is(err, errSilent) {
		return errors.New("checks failed, and the machine has not become a node: mend what they say and join again")
	}

	return err
}

// runConformance writes what the checks find to standard output. Where one fails, which has been said then, it returns errSilent.
func runConformance(ctx context.Context, options conformance.Options, asJSON bool) error {
	out := newFindingsWriter(os.Stdout, asJSON)

	report, err := conformance.Run(ctx, options, out)
	out.line.Set("")

	if err != nil && report.Findings == nil {
		return err
	}

	if writeErr := out.finish(report); writeErr != nil {
		return writeErr
	}

	if err == nil && conformance.Count(report.Findings, conformance.Failed) > 0 {
		err = errSilent
	}

	return err
}

func listOfChecks() string {
	var list strings.Builder

	for _, check := range conformance.Checks() {
		_, _ = fmt.Fprintf(&list, "  %-18s %s\n", check.Name, check.Looks)
	}

	return strings.TrimSuffix(list.String(), "\n")
}

// conformanceAppCommand is what VMs run whose image is this binary.
func conformanceAppCommand() *cobra.Command {
	return &cobra.Command{
		Use:    app.Command,
		Short:  "Be the app of the conformance checks (started in their VMs)",
		Hidden: true,
		RunE:   func(_ *cobra.Command, args []string) error { return app.Run(args) },
	}
}
