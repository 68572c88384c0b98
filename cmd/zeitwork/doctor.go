package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/builder"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/nodeagent"
)

func doctorCommand() *cobra.Command {
	var (
		asJSON   bool
		platform platformDoctor
	)

	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check, part by part, what this machine can run, and say what to install for the rest",
		Long: `Check, part by part, what this machine can run, and say what to install for the rest.

The parts of a node and of a builder are checked with their configuration, as far as it is in the environment: run it with that of the
machine that you set up. With the environment of an edge it also looks whether tailscaled accepts the routes of nodes, and with that of a worker
or an API how the certificates of the platform's own are. It exits with 0 when a local platform can run here, and with 1 otherwise.

With --platform it looks at the whole platform instead, which an operator who is signed in asks (` + "`zeitwork login`" + `, or ZEITWORK_TOKEN): versions,
clocks, certificates, disks, nodes, workers, edges, queues, leaks, the newest backup, and the database. It exits with 1 when an operator is needed.`,
		Example: "  zeitwork doctor\n  zeitwork doctor --platform\n  zeitwork doctor --platform --json",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if platform.asked {
				return platform.run(command, asJSON)
			}

			// The configuration takes secrets out of the environment.
			isEdge, databaseURL := os.Getenv("ZEITWORK_EDGE_TOKEN") != "", os.Getenv("ZEITWORK_DATABASE_URL")

			config, err := configuration[upConfig]()
			if err != nil {
				return err
			}

			node, err := nodeFindings(command.Context())
			if err != nil {
				return err
			}

			builds, err := builderFindings()
			if err != nil {
				return err
			}

			findings := slices.Concat(doctor.Examine(command.Context(), config.examination()), node, builds)
			if isEdge {
				findings = append(findings, edgeFinding(command.Context()))
			}

			if databaseURL != "" {
				findings = append(findings, certificateFindings(command.Context(), database.Config{URL: databaseURL, MaxConns: 1})...)
			}

			return reportFindings(findings, asJSON, printFindings)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "write a list of findings as JSON")
	platform.flags(command)

	return command
}

// nodeFindings checks what a node needs. The local platform brings its own containerd and runc, so that it needs none of it.
func nodeFindings(ctx context.Context) ([]doctor.Finding, error) {
	environment := env.ToMap(os.Environ())

	// The agent cannot do without them, and nothing that is checked here depends on them.
	for _, name := range []string{"ZEITWORK_NODE_TOKEN", "ZEITWORK_API_URL", "ZEITWORK_REGISTRY_HOST"} {
		environment[name] = cmp.Or(environment[name], "none")
	}

	config, err := env.ParseAsWithOptions[nodeagent.Config](env.Options{Environment: environment})
	if err != nil {
		return nil, fmt.Errorf("read the node agent's configuration (`zeitwork help config` explains it): %w", err)
	}

	return lo.FilterMap(nodeagent.Check(ctx, config), func(f nodeagent.Finding, _ int) (doctor.Finding, bool) {
		return doctor.Finding{
			Part: "node: " + f.Part, OK: f.OK, Detail: strings.TrimSuffix(f.Detail, "."), Advice: strings.TrimSuffix(f.Advice, "."),
		}, f.Part != "KVM" // The machine's own findings have it.
	}), nil
}

// builderFindings checks what a builder needs. The local platform brings its own buildkitd, so that it needs none of it.
func builderFindings() ([]doctor.Finding, error) {
	environment := env.ToMap(os.Environ())
	// A builder cannot do without it, and nothing that is checked here depends on it.
	environment["ZEITWORK_REGISTRY_HOST"] = cmp.Or(environment["ZEITWORK_REGISTRY_HOST"], "none")

	config, err := env.ParseAsWithOptions[builder.Config](env.Options{Environment: environment})
	if err != nil {
		return nil, fmt.Errorf("read the builder's configuration (`zeitwork help config` explains it): %w", err)
	}

	return lo.Map(builder.Check(config), func(f builder.Finding, _ int) doctor.Finding {
		return doctor.Finding{Part: "builder: " + f.Part, OK: f.OK, Detail: f.Detail, Advice: f.Advice}
	}), nil
}

// reportFindings writes findings, as JSON or for a person, and ends the command with 1 where one of them is needed and not as it should be.
func reportFindings(findings []doctor.Finding, asJSON bool, show func(io.Writer, []doctor.Finding)) error {
	if asJSON {
		if err := writeFindings(os.Stdout, findings); err != nil {
			return err
		}
	} else {
		show(os.Stdout, findings)
	}

	if len(doctor.Blockers(findings)) > 0 {
		return errSilent
	}

	return nil
}

func writeFindings(w io.Writer, findings []doctor.Finding) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")

	if err := encoder.Encode(map[string]any{"items": findings}); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}

	return nil
}

func printFindings(w io.Writer, findings []doctor.Finding) {
	printLines(w, findings)

	if blockers := doctor.Blockers(findings); len(blockers) > 0 {
		_, _ = fmt.Fprintf(w, "\n`zeitwork up` cannot run here: %s.\n", blockers[0].Detail)

		return
	}

	_, _ = fmt.Fprintln(w, "\n`zeitwork up` can run here.")
}

// printLines writes a line for each finding, and one with what to do.
func printLines(w io.Writer, findings []doctor.Finding) {
	for _, finding := range findings {
		mark := "✓"

		switch {
		case !finding.OK && finding.Needed:
			mark = "✗"
		case !finding.OK:
			mark = "!"
		}

		_, _ = fmt.Fprintf(w, "%s %-24s %s\n", mark, finding.Part, finding.Detail)

		if finding.Advice != "" {
			_, _ = fmt.Fprintf(w, "  %-24s → %s\n", "", finding.Advice)
		}
	}
}
