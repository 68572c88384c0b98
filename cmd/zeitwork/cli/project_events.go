package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) eventsCommand() *cobra.Command {
	var all bool

	command := &cobra.Command{
		Use:   "events",
		Short: "What happened to a project beside its deployments, newest first",
		Long: "What happened to a project beside its deployments, newest first: instances that were added, stopped or\n" +
			"replaced, and pins.",
		Example: "  zeitwork events\n  zeitwork events --all -p shop",
		Args:    cobra.NoArgs,
		RunE:    a.run(func(ctx context.Context, api *API, _ []string) error { return a.listEvents(ctx, api, all) }),
	}
	command.Flags().BoolVar(&all, "all", false, "list all of them, and not only the newest 50")

	return a.projectFlag(command)
}

func (a *app) listEvents(ctx context.Context, api *API, all bool) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	listed, more, err := atMost(shortList, all, rows(func(cursor *string) ([]client.ProjectEvent, *string, error) {
		page, err := checked(api.ListProjectEventsWithResponse(ctx, project.ID, &client.ListProjectEventsParams{Cursor: cursor}))
		if err != nil {
			return nil, nil, err
		}

		return page.JSON200.Items, page.JSON200.NextCursor, nil
	}))
	if err != nil {
		return err
	}

	err = a.print(items(listed), func(w io.Writer) {
		t := newTable(w, "WHEN", "WHAT")
		for _, event := range listed {
			t.row(ago(event.CreatedAt), event.Message)
		}

		t.flush()
	})
	if err == nil && more {
		a.sayf("There are older ones: --all lists them, too.")
	}

	return err
}
