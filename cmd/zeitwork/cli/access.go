package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) accessCommand() *cobra.Command {
	username := ""

	https := &cobra.Command{
		Use: "https", Short: "Store a username and a password or token; it is sent to the repository's host alone",
		Example: "  zeitwork access https --username reader           # asks for the token\n  zeitwork access https --username reader < token",
		Args:    cobra.NoArgs,
		RunE:    a.run(func(ctx context.Context, api *API, _ []string) error { return a.setHTTPSCredential(ctx, api, username) }),
	}
	https.Flags().StringVar(&username, "username", "git", "what git would ask for as the user; some hosts take any with a token")

	command := &cobra.Command{
		Use:   "access",
		Short: "How a repository is read that not everybody may read",
		Long: "How a repository is read that not everybody may read: with a deploy key, by SSH, or with a stored credential, by https.\n" +
			"Repositories on GitHub need neither where the platform's GitHub App reaches them.",
		Example: "  zeitwork access\n  zeitwork access deploy-key -p shop\n  zeitwork access https --username reader < token",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.showAccess),
	}
	command.AddCommand(
		&cobra.Command{
			Use: "show", Short: "Show the public key or the username, and the host key that is known", Example: "  zeitwork access show -p shop",
			Args: cobra.NoArgs, RunE: a.run(a.showAccess),
		},
		&cobra.Command{
			Use: "deploy-key", Short: "Make a deploy key, in the place of the one before", Example: "  zeitwork access deploy-key",
			Args: cobra.NoArgs, RunE: a.run(a.createDeployKey),
		},
		https,
		&cobra.Command{
			Use: "trust-host FINGERPRINT", Short: "Accept the key that the repository's host has now",
			Example: "  zeitwork access trust-host SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", Args: cobra.ExactArgs(1), RunE: a.run(a.trustHost),
		},
		&cobra.Command{
			Use: "remove", Short: "Forget the key or the credential", Example: "  zeitwork access remove", Args: cobra.NoArgs, RunE: a.run(a.removeAccess),
		},
	)

	return a.projectFlag(command)
}

func (a *app) showAccess(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	access, err := checked(api.GetRepositoryAccessWithResponse(ctx, project.ID))
	if err != nil {
		return err
	}

	return a.printAccess(project, access.JSON200)
}

func (a *app) createDeployKey(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	access, err := checked(api.CreateDeployKeyWithResponse(ctx, project.ID))
	if err != nil {
		return err
	}

	if err := a.printAccess(project, access.JSON200); err != nil {
		return err
	}

	a.sayf("Add the public key to the repository where it is hosted, for reading alone.")

	if !strings.HasPrefix(project.RepositoryURL, "ssh:") {
		a.sayf("The project reads %s. For the key to be used, give the URL of SSH: zeitwork projects set %s --repository ssh://…",
			project.RepositoryURL, project.Slug)
	}

	return nil
}

func (a *app) setHTTPSCredential(ctx context.Context, api *API, username string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	password, err := a.readSecret(ctx, "Password or token: ")
	if err != nil {
		return err
	}

	if password = strings.TrimRight(password, "\r\n"); password == "" {
		return UsageError(errors.New("the password or token is empty: give it on standard input"))
	}

	access, err := checked(api.SetHTTPSCredentialWithResponse(ctx, project.ID, client.SetHTTPSCredentialInputBody{Username: username, Password: password}))
	if err != nil {
		return err
	}

	return a.printAccess(project, access.JSON200)
}

func (a *app) trustHost(ctx context.Context, api *API, args []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	access, err := checked(api.TrustHostWithResponse(ctx, project.ID, client.TrustHostInputBody{Fingerprint: args[0]}))
	if err != nil {
		return err
	}

	return a.printAccess(project, access.JSON200)
}

func (a *app) removeAccess(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteRepositoryAccessWithResponse(ctx, project.ID)); err != nil {
		return err
	}

	a.sayf("%s is read as everybody may, from now on.", project.RepositoryURL)

	return nil
}

func (a *app) printAccess(project *client.Project, access *client.RepositoryAccess) error {
	return a.print(access, func(w io.Writer) {
		t := newTable(w)
		t.row("Repository", project.RepositoryURL)
		t.row("Read with", map[client.RepositoryAccessKind]string{
			"none": "nothing of its own", "deploy_key": "a deploy key", "https": "a credential",
		}[access.Kind])

		for _, line := range []struct {
			name  string
			value *string
		}{
			{"Public key", access.PublicKey}, {"Username", access.Username}, {"Host", access.Host}, {"Host key", access.HostKeyFingerprint},
		} {
			if line.value != nil {
				t.row(line.name, *line.value)
			}
		}

		if access.LastUsedAt != nil {
			t.row("Last used", access.LastUsedAt.UTC().Format("2006-01-02 15:04 MST"))
		}

		t.flush()
	})
}
