package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/liveline"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// watch shows a deployment until it has ended or is held, and returns its Outcome.
func (a *app) watch(ctx context.Context, api *API, deployment uuid.UUID) error {
	line := liveline.New(a.Err, liveline.WidthOf(a.Err))

	var watcher Watcher = events{out: a.Out}
	if !a.json {
		watcher = NewProgress(line)
	}

	found, err := Watch(ctx, api, deployment, watcher)
	line.Set("")

	if err != nil {
		if ctx.Err() != nil {
			a.sayf("Stopped watching. The deployment continues; to stop it: zeitwork cancel %s", deployment)
		}

		return err
	}

	if err := Outcome(found); err != nil {
		return err
	}

	if !a.json {
		_, _ = fmt.Fprintln(a.Out, found.URL)
	}

	return nil
}

// Outcome returns nil for a deployment that became live. For any other it returns an error that says why, and that decides the exit code.
func Outcome(deployment *client.Deployment) error {
	switch deployment.State {
	case client.DeploymentStateCancelled:
		return &exitError{code: ExitStopped, err: errors.New("the deployment was cancelled")}
	case client.DeploymentStateSuperseded:
		return &exitError{code: ExitStopped, err: errors.New("a newer deployment of this branch took its place")}
	case client.DeploymentStateFailed:
		failure := value(deployment.Error)
		err := fmt.Errorf("the deployment failed at %s: %s", deployment.Step, failureText(failure))

		if problem.IsUsers(problem.New(problem.Code(failure.Code), "%s", failure.Message)) {
			return &exitError{code: ExitApp, err: err}
		}

		return err
	case client.DeploymentStateLive, client.DeploymentStateRetired:
		return nil
	case client.DeploymentStateQueued, client.DeploymentStateDeploying:
		if deployment.HeldAt != nil {
			return &exitError{code: ExitStopped, err: errors.New(
				"the deployment is held, because a rollback has pinned its project: `zeitwork unpin` lets it go on")}
		}

		return fmt.Errorf("the deployment is still %s", deployment.State)
	default:
		return fmt.Errorf("the deployment is %s, a state that this version of zeitwork does not know", deployment.State)
	}
}
