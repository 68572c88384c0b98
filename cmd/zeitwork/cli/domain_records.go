package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// domainClaimed is the state of a domain that is not proven yet.
const domainClaimed client.DomainState = "claimed"

func (a *app) addDomainCommand() *cobra.Command {
	redirectTo := ""

	command := &cobra.Command{
		Use: "add HOSTNAME", Short: "Add a hostname, and show the DNS records that it needs",
		Long: "Add a hostname, and show the DNS records that it needs.\n\n*.example.com stands for all names of one label below example.com;\n" +
			"a domain of exactly one of them wins over it.",
		Example: "  zeitwork domains add app.example.com\n  zeitwork domains add www.example.com --redirect-to example.com\n" +
			"  zeitwork domains add '*.example.com'",
		Args: cobra.ExactArgs(1),
		RunE: a.run(func(ctx context.Context, api *API, args []string) error {
			return a.addDomain(ctx, api, args[0], redirectTo)
		}),
	}
	command.Flags().StringVar(&redirectTo, "redirect-to", "", "another domain of the environment that visitors are sent on to")

	return command
}

func (a *app) addDomain(ctx context.Context, api *API, hostname, redirectTo string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	environment, err := a.chosenEnvironment(ctx, api, project)
	if err != nil {
		return err
	}

	created, err := checked(api.CreateDomainWithResponse(ctx, project.ID, &client.CreateDomainParams{IdempotencyKey: new(id.New().String())},
		client.CreateDomainInputBody{Hostname: hostname, EnvironmentID: environmentID(environment), RedirectTo: lo.EmptyableToPtr(redirectTo)}))
	if err != nil {
		return err
	}

	domain := created.JSON201

	return a.print(domain, func(w io.Writer) {
		if domain.State == domainClaimed {
			_, _ = fmt.Fprintf(w, "%s answers on %s once the DNS proves that it is yours. Make these records:\n\n", project.Slug, domain.Hostname)
		}

		t := newTable(w, "TYPE", "NAME", "VALUE", "FOR")
		for _, record := range domain.Records {
			t.row(string(record.Type), record.Name, record.Value, purpose(record.Type, record.Proof))
		}

		t.flush()
		_, _ = fmt.Fprintf(w, "\nOne proof is enough. See what the DNS says: zeitwork domains check %s\n", quoted(domain.Hostname))
	})
}

// purpose tells what a record is for.
func purpose(kind client.DNSRecordType, proof bool) string {
	switch {
	case proof && kind == client.DNSRecordTypeTXT:
		return "proof"
	case proof:
		return "proof and visitors"
	default:
		return "visitors"
	}
}

// quoted is a hostname as it can be written in a shell.
func quoted(hostname string) string {
	if strings.Contains(hostname, "*") {
		return "'" + hostname + "'"
	}

	return hostname
}

// checkDomain fails where the domain is not proven, so that scripts can wait for it.
func (a *app) checkDomain(ctx context.Context, api *API, args []string) error {
	_, domain, err := a.findDomain(ctx, api, args[0])
	if err != nil {
		return err
	}

	answer, err := checked(api.CheckDomainWithResponse(ctx, domain.ID))
	if err != nil {
		return err
	}

	found := answer.JSON200

	err = a.print(found, func(w io.Writer) {
		t := newTable(w, "TYPE", "NAME", "VALUE", "FOR", "OK", "FOUND")

		for _, record := range found.Records {
			stands := strings.Join(record.Found, ", ")

			switch {
			case !record.Answered:
				stands = "no answer"
			case stands == "":
				stands = "-"
			}

			t.row(string(record.Type), record.Name, record.Value, purpose(client.DNSRecordType(record.Type), record.Proof),
				lo.Ternary(record.Ok, "yes", "no"), stands)
		}

		t.flush()

		if found.Domain.Message != nil {
			_, _ = fmt.Fprintf(w, "\n%s\n", *found.Domain.Message)
		}
	})
	if err != nil {
		return err
	}

	if found.Domain.State == domainClaimed {
		return fmt.Errorf("%s is not proven yet", found.Domain.Hostname)
	}

	a.sayf("%s is proven.", found.Domain.Hostname)

	return nil
}

func (a *app) redirectDomain(ctx context.Context, api *API, args []string) error {
	_, domain, err := a.findDomain(ctx, api, args[0])
	if err != nil {
		return err
	}

	target := ""
	if len(args) > 1 {
		target = args[1]
	}

	changed, err := checked(api.UpdateDomainWithResponse(ctx, domain.ID, client.UpdateDomainInputBody{RedirectTo: &target}))
	if err != nil {
		return err
	}

	return a.print(changed.JSON200, func(w io.Writer) {
		if changed.JSON200.RedirectTo == nil {
			_, _ = fmt.Fprintf(w, "Visitors of %s get the app.\n", domain.Hostname)

			return
		}

		_, _ = fmt.Fprintf(w, "Visitors of %s are sent on to %s.\n", domain.Hostname, *changed.JSON200.RedirectTo)
	})
}
