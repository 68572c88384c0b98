package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
)

const (
	// restartTime is how long a restart is waited for.
	restartTime = 10 * time.Minute
	// restartLook is how often one looks how far a restart is.
	restartLook = 500 * time.Millisecond
	// givenUp is how the event begins that tells that a restart has ended without one. Events of its kind tell of other things, too.
	givenUp = "The instances were not restarted"
)

func (a *app) restartCommand() *cobra.Command {
	var detach bool

	command := &cobra.Command{
		Use:   "restart",
		Short: "Start what is live anew, without a build and without losing a request",
		Long: `Start what is live anew: every VM is replaced by one with the same image and environment variables, and
serves until that one is healthy. New values of variables are not seen: zeitwork redeploy is for that.

Each instance needs room for another one beside it. Where there is none nothing changes, and zeitwork
events says so.`,
		Example: "  zeitwork restart\n  zeitwork restart -p shop --detach",
		Args:    cobra.NoArgs,
	}
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")

	command.RunE = a.run(func(ctx context.Context, api *API, _ []string) error { return a.restart(ctx, api, detach) })

	return a.projectFlag(a.environmentFlag(command, "slug of the environment (default: production)"))
}

func (a *app) restart(ctx context.Context, api *API, detach bool) error {
	project, environment, err := a.currentEnvironment(ctx, api)
	if err != nil {
		return err
	}

	if environment.LiveDeploymentID == nil {
		return UsageError(fmt.Errorf("nothing of %s is live that could be restarted: run `zeitwork deploy`", project.Slug))
	}

	before, err := checked(api.GetDeploymentWithResponse(ctx, *environment.LiveDeploymentID))
	if err != nil {
		return err
	}

	began, err := newestEvent(ctx, api, project)
	if err != nil {
		return err
	}

	restarted, err := checked(api.RestartDeploymentWithResponse(ctx, before.JSON200.ID))
	if err != nil {
		return err
	}

	if detach {
		return a.print(restarted.JSON200, func(io.Writer) { a.sayf("%s restarts. `zeitwork events` shows what is done.", project.Slug) })
	}

	ended, err := a.awaitRestart(ctx, api, project, instancesOf(before.JSON200), began)
	if err != nil {
		return err
	}

	return a.print(ended, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "Restarted %s: %s.\n", project.Slug, describeInstances(project, ended))
	})
}

// awaitRestart waits until none of the old VMs serves any more, and says what the project's events tell meanwhile.
func (a *app) awaitRestart(ctx context.Context, api *API, project *client.Project, old []uuid.UUID, seen uuid.UUID) (*client.Deployment, error) {
	ctx, cancel := context.WithTimeout(ctx, restartTime)
	defer cancel()

	for {
		found, err := checked(api.GetDeploymentWithResponse(ctx, *project.LiveDeploymentID))
		if err != nil {
			return nil, err
		}

		now := instancesOf(found.JSON200)
		if len(now) > 0 && !slices.ContainsFunc(now, func(vm uuid.UUID) bool { return slices.Contains(old, vm) }) {
			return found.JSON200, nil
		}

		events, err := checked(api.ListProjectEventsWithResponse(ctx, project.ID, &client.ListProjectEventsParams{}))
		if err != nil {
			return nil, err
		}

		fresh := lo.Filter(events.JSON200.Items, func(e client.ProjectEvent, _ int) bool { return e.ID.String() > seen.String() })
		for _, event := range slices.Backward(fresh) {
			if strings.HasPrefix(event.Message, givenUp) {
				return nil, errors.New(event.Message)
			}

			a.sayf("%s", event.Message)

			seen = event.ID
		}

		select {
		case <-ctx.Done():
			return nil, stoppedWaiting(ctx)
		case <-time.After(restartLook):
		}
	}
}

func stoppedWaiting(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("the restart is not done after %s: `zeitwork status` and `zeitwork events` show how far it is", restartTime)
	}

	return interrupted()
}

// instancesOf returns the VMs of a deployment that serve, or are to.
func instancesOf(deployment *client.Deployment) []uuid.UUID {
	return lo.FilterMap(value(deployment.VMS), func(vm client.VM, _ int) (uuid.UUID, bool) { return vm.ID, isInstance(vm) })
}

func newestEvent(ctx context.Context, api *API, project *client.Project) (uuid.UUID, error) {
	events, err := checked(api.ListProjectEventsWithResponse(ctx, project.ID, &client.ListProjectEventsParams{Limit: new(int64(1))}))
	if err != nil || len(events.JSON200.Items) == 0 {
		return uuid.Nil, err
	}

	return events.JSON200.Items[0].ID, nil
}
