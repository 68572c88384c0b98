package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
)

func baseImagesCommand() *cobra.Command {
	var file string

	var pin bool

	options := activities.PinOptions{}

	command := &cobra.Command{
		Use:   "base-images",
		Short: "Print the table of images that generated Dockerfiles start from",
		Long: `Print the table of images that generated Dockerfiles start from, as JSON.

Workers with ZEITWORK_BASE_IMAGES use the table in that file instead. With --pin each image gets the digest
that its registry has for it now, and images that the registry does not have are left out. Builds then change
only when the table does.

  zeitwork base-images --pin > /etc/zeitwork/base-images.json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			table, err := readBaseImages(file)
			if err != nil {
				return err
			}

			if pin {
				if table, err = activities.PinBaseImages(command.Context(), table, options); err != nil {
					return err
				}
			}

			encoder := json.NewEncoder(command.OutOrStdout())
			encoder.SetIndent("", "  ")

			return encoder.Encode(table)
		},
	}

	flags := command.Flags()
	flags.StringVar(&file, "file", "", "start from the table in this file (default: the table of this binary)")
	flags.BoolVar(&pin, "pin", false, "ask the registries for the images' digests")
	flags.StringVar(&options.Mirror, "mirror", "", "host:port of a registry that has the images under their full names, such as docker.io/library/node")
	flags.BoolVar(&options.Insecure, "insecure", false, "use plain HTTP to the mirror")

	return command
}

func readBaseImages(file string) (buildplan.BaseImages, error) {
	if file == "" {
		return buildplan.DefaultBaseImages(), nil
	}

	text, err := os.ReadFile(file)
	if err != nil {
		return nil, cli.UsageError(fmt.Errorf("read the table: %w", err))
	}

	table, err := buildplan.ParseBaseImages(text)
	if err != nil {
		return nil, cli.UsageError(fmt.Errorf("%s: %w", file, err))
	}

	return table, nil
}
