package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/internal/version"
)

func versionCommand() *cobra.Command {
	var asJSON bool

	command := &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit, the Go version and the platform of this binary",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return writeVersion(command.OutOrStdout(), version.Get(), asJSON)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")

	return command
}

func writeVersion(w io.Writer, build version.Info, asJSON bool) error {
	var err error
	if asJSON {
		err = json.NewEncoder(w).Encode(build)
	} else {
		_, err = fmt.Fprintf(w, "zeitwork %s\n", build)
	}

	if err != nil {
		return fmt.Errorf("write the version: %w", err)
	}

	return nil
}
