package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
)

// logDrain is how long the last log lines may take after the deployment has ended.
const logDrain = 3 * time.Second

// Watcher follows a deployment for Watch, which calls its methods from one goroutine.
type Watcher interface {
	Deployment(deployment *client.Deployment)
	Line(line *client.LogLine)
	// Away tells why the platform does not answer, or with nil that it answers again. Nothing is lost in between.
	Away(err error)
	Tick()
}

// Watch reports the deployment and its build log to watcher until the deployment has ended, and returns its last state. It also returns a held
// deployment, which waits until somebody unpins its project. The platform may be away meanwhile.
func Watch(ctx context.Context, api *API, deployment uuid.UUID, watcher Watcher) (*client.Deployment, error) {
	const tick = 100 * time.Millisecond

	ticker := time.NewTicker(tick)
	defer ticker.Stop()

	deployments, lines, away := make(chan *client.Deployment), make(chan *client.LogLine), make(chan error)
	group, ctx := errgroup.WithContext(ctx)

	group.Go(func() error {
		defer close(deployments)
		return streamDeployment(ctx, api, deployment, deployments, away)
	})

	logs, stopLogs := context.WithCancel(ctx)
	defer stopLogs()

	group.Go(func() error {
		defer close(lines)

		if err := streamBuildLog(logs, api, deployment, lines); err != nil && logs.Err() == nil {
			return err
		}

		return nil
	})

	var last *client.Deployment

	for deployments != nil || lines != nil {
		select {
		case found, ok := <-deployments:
			if !ok {
				// The log ends by itself. If it does not, the user does not wait longer than logDrain.
				deployments = nil
				defer time.AfterFunc(logDrain, stopLogs).Stop()

				continue
			}

			last = found
			watcher.Deployment(found)
		case line, ok := <-lines:
			if !ok {
				lines = nil

				continue
			}

			watcher.Line(line)
		case err := <-away:
			watcher.Away(err)
		case <-ticker.C:
			watcher.Tick()
		}
	}

	err := group.Wait()
	if last != nil && isRefused(err, http.StatusNotFound) {
		return last, &exitError{code: ExitStopped, err: errors.New("the deployment is gone: its project was deleted")}
	}

	if err != nil {
		return last, err
	}

	if last == nil {
		return nil, errors.New("the platform ended the stream without sending the deployment")
	}

	return last, nil
}

func streamDeployment(ctx context.Context, api *API, deployment uuid.UUID, out chan<- *client.Deployment, away chan<- error) error {
	opening := func(ctx context.Context, last *string) (*http.Response, error) {
		return api.StreamDeployment(ctx, deployment, &client.StreamDeploymentParams{LastEventID: last})
	}

	telling := func(err error) {
		select {
		case away <- err:
		case <-ctx.Done():
		}
	}

	return following{open: opening, again: true, expected: true, away: telling}.follow(ctx, func(event serverEvent) (bool, error) {
		found := &client.Deployment{}
		if err := json.Unmarshal(event.Data, found); err != nil {
			return false, fmt.Errorf("read a deployment: %w", err)
		}

		if err := send(ctx, out, found); err != nil {
			return false, err
		}

		return ended(found.State) || found.HeldAt != nil, nil
	})
}

func streamBuildLog(ctx context.Context, api *API, deployment uuid.UUID, out chan<- *client.LogLine) error {
	opening := func(ctx context.Context, last *string) (*http.Response, error) {
		return api.StreamBuildLogs(ctx, deployment, &client.StreamBuildLogsParams{LastEventID: last})
	}

	return following{open: opening, again: true, expected: true}.follow(ctx, func(event serverEvent) (bool, error) {
		if event.Name == "end" {
			return true, nil
		}

		line := &client.LogLine{}
		if err := json.Unmarshal(event.Data, line); err != nil {
			return false, fmt.Errorf("read a log line: %w", err)
		}

		return false, send(ctx, out, line)
	})
}

func send[T any](ctx context.Context, out chan<- T, v T) error {
	select {
	case out <- v:
		return nil
	case <-ctx.Done():
		return unreachable(ctx.Err())
	}
}

func ended(state client.DeploymentState) bool {
	return state != client.DeploymentStateQueued && state != client.DeploymentStateDeploying
}
