package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

func (a *app) logsCommand() *cobra.Command {
	var followed, build bool

	command := &cobra.Command{
		Use:   "logs [DEPLOYMENT]",
		Short: "Show the log of an app, or with --build that of its build",
		Long: `Show the log of an app (default: of the live deployment, else of the newest). With -f it continues until Ctrl-C or until the
deployment has ended. With --json each line of output is one log line in the shape of the API.`,
		Example:           "  zeitwork logs -f\n  zeitwork logs --build",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: first(a.completeDeployments(anyDeployment)),
	}
	command.Flags().BoolVarP(&followed, "follow", "f", false, "continue with new lines as they come")
	command.Flags().BoolVar(&build, "build", false, "show the build's log (default: of the newest deployment)")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		deployment, err := a.loggedDeployment(ctx, api, args, build)
		if err != nil {
			return err
		}

		opening := func(ctx context.Context, last *string) (*http.Response, error) {
			if build {
				return api.StreamBuildLogs(ctx, deployment, &client.StreamBuildLogsParams{Follow: &followed, LastEventID: last})
			}

			return api.StreamRuntimeLogs(ctx, deployment, &client.StreamRuntimeLogsParams{Follow: &followed, LastEventID: last})
		}

		err = follow(ctx, opening, followed, func(event serverEvent) (bool, error) { return event.Name == "end", a.printLogLine(event) })
		if ctx.Err() != nil {
			return nil //nolint:nilerr // Ctrl-C is the way to end it.
		}

		return err
	})

	return a.projectFlag(command)
}

// loggedDeployment returns the deployment whose log is to be shown.
func (a *app) loggedDeployment(ctx context.Context, api *API, args []string, build bool) (uuid.UUID, error) {
	if len(args) == 0 && !build {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return uuid.Nil, err
		}

		if project.LiveDeploymentID != nil {
			return *project.LiveDeploymentID, nil
		}

		a.project = project.Slug
	}

	return a.pick(ctx, api, args, anyDeployment, "nothing was deployed yet: run `zeitwork deploy`")
}

func (a *app) printLogLine(event serverEvent) error {
	if event.Name == "end" {
		return nil
	}

	line := client.LogLine{}
	if err := json.Unmarshal(event.Data, &line); err != nil {
		return fmt.Errorf("read a log line: %w", err)
	}

	if a.json {
		if err := json.NewEncoder(a.Out).Encode(line); err != nil {
			return fmt.Errorf("write a log line: %w", err)
		}

		return nil
	}

	at := line.LoggedAt.Local() //nolint:gosmopolitan // For the person who reads.
	_, err := fmt.Fprintf(a.Out, "%s %s %s\n", at.Format("15:04:05.000"), line.Stream, line.Line)

	return err
}
