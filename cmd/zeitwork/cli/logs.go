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
	options := &logOptions{}

	command := &cobra.Command{
		Use:   "logs [DEPLOYMENT]",
		Short: "Show the log of an app, with --build that of its build, or with --requests the requests that it got",
		Long: `Show what the app of an environment (production, unless -e names a preview) wrote, across its deployments, or what one DEPLOYMENT
wrote. With -f it continues until Ctrl-C, also when another deployment becomes live; with a DEPLOYMENT until that one has ended.

Each line shows when it was written, by which instance, and on which stream. Without --tail and --since the last 100 lines are shown, of a build's
log all. With --json each line of output is one log line in the shape of the API.

--grep takes words, of which a line has to hold all; "words in quotes" as they stand together; -word for what is not to be in it; and /…/ for a
regular expression (RE2). --level warn also shows errors; lines whose level cannot be told are left out then.

With --requests each line is one request: when it began, the instance that answered, the region of the edge, the status, how long it took, the method and
the path without its query. --grep finds a text in the path. Of a busy app not all are kept: lines say how many are missing.`,
		Example: "  zeitwork logs -f\n  zeitwork logs --since 1h --grep timeout\n" +
			"  zeitwork logs -f --level warn --grep '-healthz'\n  zeitwork logs --tail 1000 --instance 5f0c21aa\n  zeitwork logs --build\n" +
			"  zeitwork logs --requests -f --status 5xx",
		Args: cobra.MaximumNArgs(1),

		ValidArgsFunction: first(a.completeDeployments(anyDeployment)),
	}
	options.flags(command)

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		if err := options.read(command); err != nil {
			return err
		}

		opening, err := a.openLog(ctx, api, args, options)
		if err != nil {
			return err
		}

		show := a.printLogLine
		if options.requests {
			show = a.printRequest
		}

		err = follow(ctx, opening, options.follow, func(event serverEvent) (bool, error) { return event.Name == "end", show(event) })
		if ctx.Err() != nil {
			return nil //nolint:nilerr // Ctrl-C is the way to end it.
		}

		return err
	})

	return a.projectFlag(a.environmentFlag(command, "slug of the environment whose log is shown (default: production)"))
}

// openLog finds the log that is to be shown, and returns what opens it.
func (a *app) openLog(ctx context.Context, api *API, args []string, options *logOptions) (open, error) {
	if options.requests {
		return a.openRequests(ctx, api, args, options)
	}

	if len(args) == 0 && !options.build {
		return a.openProjectLog(ctx, api, options)
	}

	deployment, err := a.pick(ctx, api, args, anyDeployment, "nothing was deployed yet: run `zeitwork deploy`")
	if err != nil {
		return nil, err
	}

	if options.build {
		return func(ctx context.Context, last *string) (*http.Response, error) {
			return api.StreamBuildLogs(ctx, deployment, &client.StreamBuildLogsParams{
				Follow: &options.follow, Tail: &options.tail, Q: options.grep, Since: options.since, LastEventID: last,
			})
		}, nil
	}

	vm, err := options.vm(ctx, api, deployment)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context, last *string) (*http.Response, error) {
		return api.StreamRuntimeLogs(ctx, deployment, &client.StreamRuntimeLogsParams{
			Follow: &options.follow, Tail: &options.tail, Q: options.grep, Since: options.since, VMID: vm, LastEventID: last,
			Level: levelsAs[client.StreamRuntimeLogsParamsLevel](options.levels),
		})
	}, nil
}

func (a *app) openProjectLog(ctx context.Context, api *API, options *logOptions) (open, error) {
	project, environment, err := a.currentEnvironment(ctx, api)
	if err != nil {
		return nil, err
	}

	var live []uuid.UUID
	if environment.LiveDeploymentID != nil {
		live = append(live, *environment.LiveDeploymentID)
	}

	vm, err := options.vm(ctx, api, live...)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context, last *string) (*http.Response, error) {
		return api.StreamProjectLogs(ctx, project.ID, &client.StreamProjectLogsParams{
			Follow: &options.follow, Tail: &options.tail, Q: options.grep, Since: options.since, VMID: vm, LastEventID: last, EnvironmentID: &environment.ID,
			Level: levelsAs[client.StreamProjectLogsParamsLevel](options.levels),
		})
	}, nil
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

	writer := value(line.Step)
	if line.VMID != nil {
		writer = instanceName(*line.VMID)
	}

	at := line.LoggedAt.Local() //nolint:gosmopolitan // For the person who reads.
	_, err := fmt.Fprintf(a.Out, "%s %s %s %s\n", at.Format("2006-01-02 15:04:05.000"), writer, line.Stream, line.Line)

	return err
}
