package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) openCommand() *cobra.Command {
	return a.projectFlag(&cobra.Command{
		Use:     "open",
		Short:   "Print a project's URL, and open it in the browser",
		Long:    "Print a project's URL. In a terminal it is also opened in the browser, if there is one.",
		Example: "  zeitwork open\n  curl $(zeitwork open -p shop)",
		Args:    cobra.NoArgs,
		RunE:    a.run(a.open),
	})
}

func (a *app) open(ctx context.Context, api *API, _ []string) error {
	project, err := a.currentProject(ctx, api)
	if err != nil {
		return err
	}

	if project.LiveDeploymentID == nil {
		a.sayf("Nothing of %s is live yet: `zeitwork deploy`", project.Slug)
	}

	if err := a.print(project, func(w io.Writer) { _, _ = fmt.Fprintln(w, project.URL) }); err != nil || !a.terminal {
		return err
	}

	if err := browse(ctx, project.URL); err != nil && !errors.Is(err, errNoBrowser) {
		a.sayf("The browser did not open: %s", err)
	}

	return nil
}
