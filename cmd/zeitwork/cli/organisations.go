package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) organisationsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:     "organisations",
		Aliases: []string{"orgs"},
		Short:   "The organisations that own your projects",
		Example: "  zeitwork organisations\n  zeitwork organisations create 'Acme Inc.' --slug acme",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.listOrganisations),
	}
	command.AddCommand(
		listing("List your organisations", "  zeitwork organisations list --json", a.run(a.listOrganisations)),
		a.createOrganisationCommand(),
		a.renameOrganisationCommand(),
		a.deleteOrganisationCommand(),
		a.organisationQuotasCommand(),
	)

	return command
}

func (a *app) listOrganisations(ctx context.Context, api *API, _ []string) error {
	organisations, err := allOrganisations(ctx, api)
	if err != nil {
		return err
	}

	return a.print(items(organisations), func(w io.Writer) {
		t := newTable(w, "SLUG", "NAME", "YOUR ROLE", "CREATED")
		for _, o := range organisations {
			t.row(o.Slug, o.Name, string(o.Role), ago(o.CreatedAt))
		}

		t.flush()
	})
}

func (a *app) createOrganisationCommand() *cobra.Command {
	var slug string

	command := &cobra.Command{
		Use:     "create NAME",
		Short:   "Make an organisation, which you own",
		Example: "  zeitwork organisations create 'Acme Inc.' --slug acme",
		Args:    cobra.ExactArgs(1),
	}
	command.Flags().StringVar(&slug, "slug", "", "short name of the organisation (default: made from its name)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		created, err := checked(api.CreateOrganisationWithResponse(ctx, &client.CreateOrganisationParams{IdempotencyKey: new(id.New().String())},
			client.CreateOrganisationInputBody{Name: args[0], Slug: optional(slug)}))
		if err != nil {
			return err
		}

		return a.print(created.JSON201, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "Made the organisation %s. `zeitwork init --organisation %s` makes a project in it.\n", created.JSON201.Slug, created.JSON201.Slug)
		})
	})

	return command
}

func (a *app) deleteOrganisationCommand() *cobra.Command {
	var yes bool

	command := &cobra.Command{
		Use:               "delete SLUG",
		Short:             "Delete an organisation that has no projects",
		Example:           "  zeitwork organisations delete acme --yes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: first(a.completeOrganisations),
	}
	command.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		organisation, err := chooseOrganisation(ctx, api, args[0])
		if err != nil {
			return err
		}

		if organisation.Slug != args[0] {
			return UsageError(fmt.Errorf("%s was renamed: say `zeitwork organisations delete %s` if that is the one", args[0], organisation.Slug))
		}

		if !yes {
			if yes, err = a.confirm(ctx, fmt.Sprintf("Delete %s, with its members and tokens?", organisation.Slug)); err != nil {
				return err
			}
		}

		if !yes {
			return UsageError(errors.New("nothing was deleted: say yes, or give --yes"))
		}

		if _, err := checked(api.DeleteOrganisationWithResponse(ctx, organisation.ID)); err != nil {
			return err
		}

		a.sayf("Deleted %s.", organisation.Slug)

		return nil
	})

	return command
}

func allOrganisations(ctx context.Context, api *API) ([]client.Organisation, error) {
	return collect(func(cursor *string) ([]client.Organisation, *string, error) {
		page, err := checked(api.ListOrganisationsWithResponse(ctx, &client.ListOrganisationsParams{Cursor: cursor, Limit: new(pageSize)}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

// organisationSlug returns the slug of an organisation that the caller is a member of.
func organisationSlug(ctx context.Context, api *API, organisation uuid.UUID) (string, error) {
	found, err := checked(api.GetOrganisationWithResponse(ctx, organisation))
	if err != nil {
		return "", err
	}

	return found.JSON200.Slug, nil
}

// chooseOrganisation returns the organisation with that slug, or the one that had it before; without a slug the only one of the caller.
func chooseOrganisation(ctx context.Context, api *API, slug string) (client.Organisation, error) {
	organisations, err := allOrganisations(ctx, api)
	if err != nil {
		return client.Organisation{}, err
	}

	known := slugsOf(organisations)

	switch {
	case len(organisations) == 0:
		return client.Organisation{}, UsageError(errors.New("you belong to no organisation: `zeitwork organisations create NAME` makes one"))
	case slug == "" && len(organisations) > 1:
		return client.Organisation{}, UsageError(fmt.Errorf("you belong to several organisations: say with --organisation which of %s is meant", known))
	case slug == "":
		return organisations[0], nil
	}

	if found, ok := lo.Find(organisations, func(o client.Organisation) bool { return o.Slug == slug }); ok {
		return found, nil
	}

	found, err := organisationOnceNamed(ctx, api, slug)
	if err == nil && found == nil {
		err = UsageError(fmt.Errorf("there is no organisation %q that you belong to; yours: %s", slug, known))
	}

	return lo.FromPtr(found), err
}
