package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) renameOrganisationCommand() *cobra.Command {
	var name, slug string

	command := &cobra.Command{
		Use:   "rename SLUG",
		Short: "Change the name or the slug of an organisation that you own",
		Long: "Change the name or the slug of an organisation that you own. The hostnames of its projects stay as they are. Links to the\n" +
			"dashboard and link files that name the old slug lead its members to it until another organisation of theirs has that slug.",
		Example:           "  zeitwork organisations rename acme --name 'Acme Inc.'\n  zeitwork organisations rename acme --slug acme-inc",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: first(a.completeOrganisations),
	}
	command.Flags().StringVar(&name, "name", "", "what people call it")
	command.Flags().StringVar(&slug, "slug", "", "short name of it, in addresses and commands")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		if name == "" && slug == "" {
			return UsageError(errors.New("nothing to change: give --name or --slug"))
		}

		before, err := chooseOrganisation(ctx, api, args[0])
		if err != nil {
			return err
		}

		renamed, err := checked(api.UpdateOrganisationWithResponse(ctx, before.ID, client.UpdateOrganisationInputBody{Name: optional(name), Slug: optional(slug)}))
		if err != nil {
			return err
		}

		return a.print(renamed.JSON200, func(w io.Writer) {
			after := renamed.JSON200
			_, _ = fmt.Fprintf(w, "%s is %s (%s) now. The hostnames of its projects stay as they are.\n", before.Slug, after.Name, after.Slug)
		})
	})

	return command
}

// organisationOnceNamed returns the caller's organisation that had a slug until it was renamed, if there is one. Several are a usage error.
func organisationOnceNamed(ctx context.Context, api *API, slug string) (*client.Organisation, error) {
	organisations, err := organisationsOnceNamed(ctx, api, slug)
	if err != nil || len(organisations) == 0 {
		return nil, err
	}

	if len(organisations) > 1 {
		return nil, UsageError(fmt.Errorf("several of your organisations had the slug %q until they were renamed: say which of %s is meant",
			slug, slugsOf(organisations)))
	}

	return &organisations[0], nil
}

// organisationsOnceNamed returns the caller's organisations that have a slug, or had it until they were renamed.
func organisationsOnceNamed(ctx context.Context, api *API, slug string) ([]client.Organisation, error) {
	return collect(func(cursor *string) ([]client.Organisation, *string, error) {
		page, err := checked(api.ListOrganisationsWithResponse(ctx, &client.ListOrganisationsParams{Slug: &slug, Cursor: cursor}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	})
}

// slugsOf joins the slugs of organisations for a sentence.
func slugsOf(organisations []client.Organisation) string {
	return strings.Join(lo.Map(organisations, func(o client.Organisation, _ int) string { return o.Slug }), ", ")
}
