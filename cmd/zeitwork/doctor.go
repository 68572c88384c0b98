package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/internal/doctor"
)

func doctorCommand() *cobra.Command {
	var asJSON bool

	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check, part by part, what this machine can run, and say what to install for the rest",
		Long: `Check, part by part, what this machine can run, and say what to install for the rest.

It exits with 0 when a local platform can run here, and with 1 otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[upConfig]()
			if err != nil {
				return err
			}

			findings := doctor.Examine(command.Context(), config.examination())
			if asJSON {
				err = writeFindings(os.Stdout, findings)
			} else {
				printFindings(os.Stdout, findings)
			}

			if err == nil && len(doctor.Blockers(findings)) > 0 {
				err = errSilent
			}

			return err
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "write a list of findings as JSON")

	return command
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

	if blockers := doctor.Blockers(findings); len(blockers) > 0 {
		_, _ = fmt.Fprintf(w, "\n`zeitwork up` cannot run here: %s.\n", blockers[0].Detail)

		return
	}

	_, _ = fmt.Fprintln(w, "\n`zeitwork up` can run here.")
}
