package cli

import (
	"cmp"

	"github.com/spf13/cobra"
)

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Forget the token of a platform",
		Long: "Forget the token of the current context, or of the one that --context names. The token stays valid\n" +
			"elsewhere: `zeitwork tokens revoke` ends that.",
		Example: "  zeitwork logout\n  zeitwork logout --context api.example.com",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			kept, err := a.readCredentials()
			if err != nil {
				return err
			}

			name := cmp.Or(a.context, kept.Current)
			if name == "" {
				a.sayf("You were not signed in.")

				return nil
			}

			found, err := kept.mustHave(name)
			if err != nil {
				return err
			}

			kept.remove(found.Name)

			if err := a.writeCredentials(kept); err != nil {
				return err
			}

			a.sayf("Signed out of %s.", found.API)

			return nil
		},
	}
}
