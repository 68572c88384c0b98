package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) eventsCommand() *cobra.Command {
	return a.projectFlag(&cobra.Command{
		Use:   "events",
		Short: "What happened to a project beside its deployments, newest first",
		Long: `What happened to a project beside its deployments, newest first: instances that were added, stopped or replaced, and pins.
The newest 50 are shown.`,
		Args: cobra.NoArgs,
		RunE: a.run(a.listEvents),
	})
}

func (a *app) listEvents(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	page, err := checked(api.ListProjectEventsWithResponse(ctx, project.ID, &client.ListProjectEventsParams{}))
	if err != nil {
		return err
	}

	return a.print(items(page.JSON200.Items), func(w io.Writer) {
		t := newTable(w, "WHEN", "WHAT")
		for _, event := range page.JSON200.Items {
			t.row(ago(event.CreatedAt), event.Message)
		}

		t.flush()
	})
}
