package cli

import (
	"cmp"
	"context"
	"net/http"

	"github.com/spf13/cobra"
)

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Sign out of a platform",
		Long: "Forget the token of the current context, or of the one that --context names. A token that `zeitwork login` got\n" +
			"by a browser is revoked. One that was given to it stays valid elsewhere: `zeitwork tokens revoke` ends that.",
		Example: "  zeitwork logout\n  zeitwork logout --context api.example.com",
		Args:    cobra.NoArgs,
		RunE:    func(command *cobra.Command, _ []string) error { return a.logout(command.Context()) },
	}
}

func (a *app) logout(ctx context.Context) error {
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

	if found.IsOwn {
		if err := revokeOwn(ctx, found); err != nil {
			a.sayf("Warning: the token is forgotten here, but could not be revoked: %s", err)
		}
	}

	kept.remove(found.Name)

	if err := a.writeCredentials(kept); err != nil {
		return err
	}

	a.sayf("Signed out of %s.", found.API)

	return nil
}

// revokeOwn revokes the token of a sign-in. One that is valid no longer is no error.
func revokeOwn(ctx context.Context, of signIn) error {
	api, err := Connect(of.API, of.Token)
	if err != nil {
		return err
	}

	me, err := checked(api.GetMeWithResponse(ctx))
	if isRefused(err, http.StatusUnauthorized) {
		return nil
	}

	if err != nil {
		return err
	}

	_, err = checked(api.RevokeTokenWithResponse(ctx, me.JSON200.TokenID))

	return err
}
