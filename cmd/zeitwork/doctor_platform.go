package main

import (
	"fmt"
	"io"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/doctor"
)

// platformDoctor are the flags of `zeitwork doctor` that are about the whole platform.
type platformDoctor struct {
	asked   bool
	context string
}

func (p *platformDoctor) flags(command *cobra.Command) {
	command.Flags().BoolVar(&p.asked, "platform", false, "look at the whole platform instead, as an operator who is signed in")
	command.Flags().StringVar(&p.context, "context", "", "with --platform: name of the platform (default: the one of zeitwork contexts use)")
}

// run asks the platform how it is, and ends the command with 1 where an operator has to do something.
func (p *platformDoctor) run(command *cobra.Command, asJSON bool) error {
	health, err := cli.PlatformHealth(command.Context(), terminal(), p.context)
	if err != nil {
		return err
	}

	findings := lo.Map(health.Checks, func(check client.HealthCheck, _ int) doctor.Finding {
		return doctor.Finding{
			Part: check.Part, OK: check.State == client.HealthCheckStateOk, Needed: check.State == client.HealthCheckStateProblem,
			Detail: check.Detail, Advice: lo.FromPtr(check.Advice),
		}
	})

	return reportFindings(findings, asJSON, printPlatform)
}

func printPlatform(w io.Writer, findings []doctor.Finding) {
	printLines(w, findings)

	problems := len(doctor.Blockers(findings))
	notices := lo.CountBy(findings, func(f doctor.Finding) bool { return !f.OK && !f.Needed })

	switch {
	case problems > 0:
		_, _ = fmt.Fprintf(w, "\nAn operator is needed: %d of these lines (✗) say for what.\n", problems)
	case notices > 0:
		_, _ = fmt.Fprintf(w, "\nThe platform is well; %d of these lines (!) are worth knowing.\n", notices)
	default:
		_, _ = fmt.Fprintln(w, "\nThe platform is well.")
	}
}
