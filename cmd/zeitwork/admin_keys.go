package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// keysConfig is the configuration of `zeitwork admin keys`.
type keysConfig struct {
	setting.Key

	Database database.Config
}

// keysCommand holds the commands for the platform's keys.
func keysCommand() *cobra.Command {
	command := &cobra.Command{Use: "keys", Short: "The keys that values are sealed with"}
	command.AddCommand(rotateKeysCommand(), registryKeysCommand())

	return command
}

func rotateKeysCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key for values, and seal all values anew with it",
		Long: `Make a new key for values, and seal all values anew with it.

All services may run meanwhile. One that was ended in the middle is gone on with by the next, and several at once share the work. The
key before stays until the next rotation, older ones are removed.

With ZEITWORK_SECRET_KEY_PREVIOUS it also seals the keys themselves with ZEITWORK_SECRET_KEY: docs/OPERATIONS.md says when.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[keysConfig]()
			if err != nil {
				return err
			}

			return rotateKeys(command.Context(), config, command.OutOrStdout())
		},
	}
}

func rotateKeys(ctx context.Context, config keysConfig, out io.Writer) error {
	pool, err := database.Open(ctx, config.Database)
	if err != nil {
		return err
	}
	defer pool.Close()

	keys, err := keyring.Open(ctx, pool, config.Keys())
	if err != nil {
		return err
	}

	rotation, err := keys.Rotate(ctx, pool)
	if err != nil {
		return fmt.Errorf("%w\nNothing is lost: run it again", err)
	}

	begun := "A new key was made."
	if !rotation.Added {
		begun = "No key was made: a rotation had not come to its end."
	}

	_, _ = fmt.Fprintf(out, "%s Values sealed anew: %d. Old keys removed: %d.\n", begun, rotation.Resealed, rotation.Removed)

	if rotation.Overtaken {
		_, _ = fmt.Fprintln(out, "Another rotation has begun meanwhile, and seals all values anew with its key.")
	}

	if len(rotation.Unreadable) > 0 {
		return fmt.Errorf("no key opens these values, which were left as they are, so that no key was removed:\n%s", strings.Join(rotation.Unreadable, "\n"))
	}

	return nil
}

func registryKeysCommand() *cobra.Command {
	var certificates bool

	command := &cobra.Command{
		Use:   "registry",
		Short: "Print the keys with which the registry verifies tokens",
		Long: `Print the keys with which the registry verifies tokens: the public keys that follow from ZEITWORK_SECRET_KEY and, where it is
set, from ZEITWORK_SECRET_KEY_PREVIOUS. The distribution registry takes a key set (JWKS, its setting auth.token.jwks); GitLab's registry
takes certificates (auth.token.rootcertbundle).`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := configuration[registryKeysConfig]()
			if err != nil {
				return err
			}

			keys := registryauth.JWKS
			if certificates {
				keys = registryauth.Certificates
			}

			printed, err := keys(config.Keys())
			if err != nil {
				return err
			}

			_, _ = fmt.Fprintln(command.OutOrStdout(), strings.TrimSpace(string(printed)))

			return nil
		},
	}
	command.Flags().BoolVar(&certificates, "certificates", false, "print certificates, for GitLab's registry")

	return command
}

// registryKeysConfig is the configuration of `zeitwork admin keys registry`, which needs no database.
type registryKeysConfig struct {
	setting.Key
}
