package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

// quotaRows are what tables of quotas show, in their order.
type quotaRow struct {
	thing string
	// number writes an amount for people.
	number func(int64) string
}

func quotaRows() []quotaRow {
	count := func(number int64) string { return strconv.FormatInt(number, 10) }

	return []quotaRow{
		{"projects", count}, {"custom domains", count}, {"builds at once", count}, {"instances", count},
		{"processors", func(millis int64) string { return fmt.Sprintf("%g", cores(millis)) }}, {"memory", amountOfBytes},
		{"logs a minute", amountOfBytes}, {"requests a minute", count},
	}
}

// amountOfBytes writes bytes for people.
func amountOfBytes(bytes int64) string {
	const kibibyteBits, gibibyteBits = 10, 30

	switch {
	case bytes >= 1<<gibibyteBits:
		return fmt.Sprintf("%.4g GiB", float64(bytes)/(1<<gibibyteBits))
	case bytes >= 1<<mebibyteBits:
		return fmt.Sprintf("%.4g MiB", float64(bytes)/(1<<mebibyteBits))
	default:
		return fmt.Sprintf("%.4g KiB", float64(bytes)/(1<<kibibyteBits))
	}
}

// organisationQuotasCommand shows members what their organisation may use.
func (a *app) organisationQuotasCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "quotas [SLUG]",
		Short: "Show how much an organisation may use, and uses",
		Long: "Show how much an organisation may use at most, and how much of it is in use. Operators of the platform set the limits.\n" +
			"Requests are those that the process of the API has counted in this minute that answers.",
		Example:           "  zeitwork organisations quotas\n  zeitwork organisations quotas acme --json",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(a.completeOrganisations),
		RunE:              a.run(a.showOrganisationQuotas),
	}
}

func (a *app) showOrganisationQuotas(ctx context.Context, api *API, args []string) error {
	slug := ""
	if len(args) > 0 {
		slug = args[0]
	}

	organisation, err := chooseOrganisation(ctx, api, slug)
	if err != nil {
		return err
	}

	found, err := checked(api.GetOrganisationQuotasWithResponse(ctx, organisation.ID))
	if err != nil {
		return err
	}

	return a.print(found.JSON200, func(w io.Writer) {
		q := found.JSON200
		quotas := []client.Quota{q.Projects, q.Domains, q.Builds, q.Instances, q.CPUMillis, q.MemoryBytes, q.LogBytesPerMinute, q.RequestsPerMinute}

		t := newTable(w, "QUOTA", "USED", "LIMIT")
		for i, row := range quotaRows() {
			t.row(row.thing, row.number(quotas[i].Used), row.number(quotas[i].Limit))
		}

		t.flush()
	})
}

// quotasCommand is for operators.
func (a *app) quotasCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "quotas", Short: "How much organisations may use", Args: cobra.NoArgs, RunE: a.run(a.showQuotas),
		Example: "  zeitwork quotas\n  zeitwork quotas --organisation acme\n  zeitwork quotas set --organisation acme --builds 8",
	}
	command.PersistentFlags().StringVar(&a.organisation, "organisation", "", "slug of the organisation (default: all that have no number of their own)")

	set := &cobra.Command{
		Use: "set", Short: "Set how much organisations may use, and leave what no flag names", Args: cobra.NoArgs,
		Long: "Set how much the organisation may use at most, or without --organisation all of those that have no number of their own. The word default takes a\n" +
			"number away again. Nothing that runs is stopped; what waits for more goes on within seconds.",
		Example: "  zeitwork quotas set --projects 20 --instances 10\n  zeitwork quotas set --organisation acme --builds default",
	}
	changes := QuotaFlags(set.Flags())
	set.RunE = a.run(func(ctx context.Context, api *API, _ []string) error { return a.setQuotas(ctx, api, changes) })
	command.AddCommand(set)

	return command
}

func (a *app) showQuotas(ctx context.Context, api *API, _ []string) error {
	settings, err := a.quotaSettings(ctx, api)
	if err != nil {
		return err
	}

	return a.printQuotas(settings)
}

func (a *app) setQuotas(ctx context.Context, api *API, changes QuotaChanges) error {
	if len(changes) == 0 {
		return UsageError(errors.New("nothing to change: give a quota, such as --builds 4"))
	}

	settings, err := a.quotaSettings(ctx, api)
	if err != nil {
		return err
	}

	if err := changes.Apply(&settings.Set); err != nil {
		return err
	}

	if a.organisation == "" {
		answer, err := checked(api.SetPlatformQuotasWithResponse(ctx, settings.Set))
		if err != nil {
			return err
		}

		return a.printQuotas(answer.JSON200)
	}

	answer, err := checked(api.SetQuotasWithResponse(ctx, a.organisation, settings.Set))
	if err != nil {
		return err
	}

	return a.printQuotas(answer.JSON200)
}

// quotaSettings are those of the organisation that --organisation names, or of the platform.
func (a *app) quotaSettings(ctx context.Context, api *API) (*client.QuotaSettings, error) {
	if a.organisation == "" {
		answer, err := checked(api.GetPlatformQuotasWithResponse(ctx))
		if err != nil {
			return nil, err
		}

		return answer.JSON200, nil
	}

	answer, err := checked(api.GetQuotasWithResponse(ctx, a.organisation))
	if err != nil {
		return nil, err
	}

	return answer.JSON200, nil
}

func (a *app) printQuotas(settings *client.QuotaSettings) error {
	return a.print(settings, func(w io.Writer) {
		list := func(q client.QuotaNumbers) []*int64 {
			return []*int64{q.Projects, q.Domains, q.Builds, q.Instances, q.CPUMillis, q.MemoryBytes, q.LogBytesPerMinute, q.RequestsPerMinute}
		}
		set, limits := list(settings.Set), list(settings.Limits)

		t := newTable(w, "QUOTA", "SET", "LIMIT")

		for i, row := range quotaRows() {
			own := "default"
			if set[i] != nil {
				own = row.number(*set[i])
			}

			t.row(row.thing, own, row.number(value(limits[i])))
		}

		t.flush()
	})
}
