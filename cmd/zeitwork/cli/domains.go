package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/idna"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) domainsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "domains",
		Short: "The hostnames that a project answers on",
		Long: "The hostnames that a project answers on.\n\nA domain of your own answers once the DNS proves that it is yours:\n" +
			"`domains add` shows the records to make at your DNS provider, and `domains check` what stands there. They are also looked for by themselves, for 14 days.",
		Example: "  zeitwork domains\n  zeitwork domains add app.example.com\n  zeitwork domains check app.example.com\n" +
			"  zeitwork domains add next.example.com -e feature-login\n  zeitwork domains remove app.example.com",
		Args: cobra.NoArgs,
		RunE: a.run(a.listDomains),
	}
	command.AddCommand(
		listing("List the hostnames", "  zeitwork domains list -p shop", a.run(a.listDomains)),
		a.addDomainCommand(),
		&cobra.Command{
			Use: "check HOSTNAME", Short: "Look now whether the DNS proves a hostname", Example: "  zeitwork domains check app.example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeDomains), RunE: a.run(a.checkDomain),
		},
		&cobra.Command{
			Use: "redirect HOSTNAME [TARGET]", Short: "Send visitors of a hostname on to another one; without a target, no longer",
			Example: "  zeitwork domains redirect www.example.com example.com\n  zeitwork domains redirect www.example.com",
			Args:    cobra.RangeArgs(1, 2), ValidArgsFunction: first(a.completeDomains), RunE: a.run(a.redirectDomain), //nolint:mnd // HOSTNAME and TARGET.
		},
		a.httpsCommand(),
		a.certificateCommand(),
		&cobra.Command{
			Use: "remove HOSTNAME", Short: "Take a hostname away", Example: "  zeitwork domains remove app.example.com",
			Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeDomains), RunE: a.run(a.removeDomain),
		},
	)

	return a.projectFlag(a.environmentFlag(command, "slug of the environment that answers (default: all; production for add)"))
}

func (a *app) domains(ctx context.Context, api *API) (*client.Project, []client.Domain, error) {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return nil, nil, err
	}

	environment, err := a.chosenEnvironment(ctx, api, project)
	if err != nil {
		return nil, nil, err
	}

	domains, err := collect(func(cursor *string) ([]client.Domain, *string, error) {
		page, err := checked(api.ListDomainsWithResponse(ctx, project.ID, &client.ListDomainsParams{
			Cursor: cursor, Limit: new(pageSize), EnvironmentID: environmentID(environment),
		}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})

	return project, domains, err
}

func (a *app) listDomains(ctx context.Context, api *API, _ []string) error {
	_, domains, err := a.domains(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(domains), func(w io.Writer) {
		t := newTable(w, "HOSTNAME", "KIND", "STATE", "CERTIFICATE", "LEADS TO")

		for _, domain := range domains {
			leadsTo := "-"

			switch {
			case domain.RedirectTo != nil:
				leadsTo = *domain.RedirectTo
			case domain.DeploymentID != nil:
				leadsTo = domain.DeploymentID.String()
			}

			t.row(domain.Hostname, string(domain.Kind), string(domain.State), certificateColumn(domain), leadsTo)
		}

		t.flush()

		for _, domain := range domains {
			if domain.Message != nil {
				_, _ = fmt.Fprintf(w, "\n%s: %s\n", domain.Hostname, *domain.Message)
			}

			if domain.Certificate != nil && domain.Certificate.Message != nil {
				_, _ = fmt.Fprintf(w, "\nThe certificate of %s: %s\n", domain.Hostname, *domain.Certificate.Message)
			}
		}
	})
}

// findDomain returns a domain of the project, by its hostname.
func (a *app) findDomain(ctx context.Context, api *API, given string) (*client.Project, client.Domain, error) {
	project, domains, err := a.domains(ctx, api)
	if err != nil {
		return nil, client.Domain{}, err
	}

	hostname := keptHostname(given)

	for _, domain := range domains {
		if domain.Hostname == hostname {
			return project, domain, nil
		}
	}

	return nil, client.Domain{}, UsageError(fmt.Errorf("%s has no domain %s: `zeitwork domains` shows them", project.Slug, given))
}

func (a *app) removeDomain(ctx context.Context, api *API, args []string) error {
	project, domain, err := a.findDomain(ctx, api, args[0])
	if err != nil {
		return err
	}

	if _, err := checked(api.DeleteDomainWithResponse(ctx, domain.ID)); err != nil {
		return err
	}

	a.sayf("%s does not answer on %s any more.", project.Slug, domain.Hostname)

	return nil
}

// keptHostname returns a hostname as the API keeps it: in ASCII, in lower case, and without a dot at the end.
func keptHostname(given string) string {
	given = strings.TrimSuffix(strings.TrimSpace(given), ".")
	parent, wildcard := strings.CutPrefix(given, "*.")

	ascii, err := idna.Lookup.ToASCII(parent)
	if err != nil {
		ascii = parent // It may be kept as it is; otherwise it is not found.
	}

	if wildcard {
		ascii = "*." + ascii
	}

	return strings.ToLower(ascii)
}
