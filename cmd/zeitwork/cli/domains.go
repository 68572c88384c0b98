package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/idna"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) domainsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "domains",
		Short: "The hostnames that a project answers on",
		Example: "  zeitwork domains\n  zeitwork domains add app.example.com\n  zeitwork domains add next.example.com -e feature-login\n" +
			"  zeitwork domains remove app.example.com",
		Args: cobra.NoArgs,
		RunE: a.run(a.listDomains),
	}
	command.AddCommand(
		listing("List the hostnames", "  zeitwork domains list -p shop", a.run(a.listDomains)),
		&cobra.Command{
			Use: "add HOSTNAME", Short: "Add a hostname", Example: "  zeitwork domains add app.example.com",
			Args: cobra.ExactArgs(1), RunE: a.run(a.addDomain),
		},
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
		t := newTable(w, "HOSTNAME", "KIND", "DEPLOYMENT")

		for _, domain := range domains {
			deployment := "-"
			if domain.DeploymentID != nil {
				deployment = domain.DeploymentID.String()
			}

			t.row(domain.Hostname, string(domain.Kind), deployment)
		}

		t.flush()
	})
}

func (a *app) addDomain(ctx context.Context, api *API, args []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	environment, err := a.chosenEnvironment(ctx, api, project)
	if err != nil {
		return err
	}

	created, err := checked(api.CreateDomainWithResponse(ctx, project.ID, &client.CreateDomainParams{IdempotencyKey: new(id.New().String())},
		client.CreateDomainInputBody{Hostname: args[0], EnvironmentID: environmentID(environment)}))
	if err != nil {
		return err
	}

	return a.print(created.JSON201, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s now answers on %s, as soon as its DNS points to an edge.\n", project.Slug, created.JSON201.Hostname)
	})
}

func (a *app) removeDomain(ctx context.Context, api *API, args []string) error {
	project, domains, err := a.domains(ctx, api)
	if err != nil {
		return err
	}

	hostname := keptHostname(args[0])

	for _, domain := range domains {
		if domain.Hostname != hostname {
			continue
		}

		if _, err := checked(api.DeleteDomainWithResponse(ctx, domain.ID)); err != nil {
			return err
		}

		a.sayf("%s does not answer on %s any more.", project.Slug, domain.Hostname)

		return nil
	}

	return UsageError(fmt.Errorf("%s has no domain %s: `zeitwork domains` shows them", project.Slug, args[0]))
}

// keptHostname returns a hostname as the API keeps it: in ASCII, in lower case, and without a dot at the end.
func keptHostname(given string) string {
	given = strings.TrimSuffix(strings.TrimSpace(given), ".")

	ascii, err := idna.Lookup.ToASCII(given)
	if err != nil {
		ascii = given // It may be kept as it is; otherwise it is not found.
	}

	return strings.ToLower(ascii)
}
