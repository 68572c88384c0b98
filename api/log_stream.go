package api

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// logBatch is how many lines a stream reads at a time.
const logBatch = 1000

// logSource is one of a deployment's logs.
type logSource struct {
	channel string
	read    readLog
	// over tells whether the log of an ended deployment is complete.
	over func(ctx context.Context, deployment uuid.UUID) (bool, error)
}

func (s *service) streamBuildLogs(ctx context.Context, input *StreamInput) (func(context.Context, *eventStream) error, error) {
	return s.streamLog(ctx, input, logSource{
		channel: database.ChannelBuildLogs, read: s.buildLog,
		over: func(context.Context, uuid.UUID) (bool, error) { return true, nil },
	})
}

func (s *service) streamRuntimeLogs(ctx context.Context, input *StreamInput) (func(context.Context, *eventStream) error, error) {
	return s.streamLog(ctx, input, logSource{
		channel: database.ChannelRuntimeLogs, read: s.runtimeLog,
		over: func(ctx context.Context, deployment uuid.UUID) (bool, error) {
			present, err := s.queries.CountPresentVMs(ctx, deployment)

			return present == 0, err
		},
	})
}

// streamLog sends the lines behind the last event that the caller saw, and then each new one.
func (s *service) streamLog(ctx context.Context, input *StreamInput, source logSource) (func(context.Context, *eventStream) error, error) {
	if _, err := s.deployment(ctx, input.DeploymentID); err != nil {
		return nil, err
	}

	last, err := lastEvent(input.LastEventID)
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context, out *eventStream) error {
		news, cancelNews := s.listener.Subscribe(source.channel, input.DeploymentID.String())
		defer cancelNews()

		state, cancelState := s.listener.Subscribe(database.ChannelDeployments, input.DeploymentID.String())
		defer cancelState()

		return s.follow(ctx, out, news, state, func() (bool, error) {
			// The end is asked for before the lines are read, so that every line written before the end is sent before it.
			ending, err := s.logEnds(ctx, input.DeploymentID, source)
			if err != nil {
				return false, err
			}

			if last, err = sendLines(ctx, out, input.DeploymentID, last, source.read); err != nil {
				return false, err
			}

			if ending != "" {
				return true, out.send(0, "end", StreamEnd{State: ending})
			}

			return !input.Follow, nil
		})
	}, nil
}

// logEnds returns the state of a deployment whose log is complete, and "" for others.
func (s *service) logEnds(ctx context.Context, deployment uuid.UUID, source logSource) (string, error) {
	state, err := s.queries.DeploymentState(ctx, deployment)
	if err != nil {
		return "", err
	}

	if !ended(state) {
		return "", nil
	}

	// The build log is complete when the deployment has ended; the runtime log only when its last VM is gone.
	over, err := source.over(ctx, deployment)
	if err != nil || !over {
		return "", err
	}

	return state, nil
}

// sendLines sends all lines behind last and returns the id of the last one sent.
func sendLines(ctx context.Context, out *eventStream, deployment uuid.UUID, last int64, read readLog) (int64, error) {
	for {
		lines, err := read(ctx, deployment, last, logBatch)
		if err != nil {
			return last, err
		}

		for _, line := range lines {
			if err := out.send(line.ID, "line", line); err != nil {
				return last, err
			}

			last = line.ID
		}

		if len(lines) < logBatch {
			return last, nil
		}
	}
}

// lastEvent reads a Last-Event-ID header.
func lastEvent(header string) (int64, error) {
	if header == "" {
		return 0, nil
	}

	last, err := strconv.ParseInt(header, 10, 64)
	if err != nil || last < 0 {
		return 0, problem.New(problem.Invalid, "Last-Event-ID must be the id of an event of this stream.")
	}

	return last, nil
}

// ended tells whether a deployment in that state has come to its end: its build is over.
func ended(state string) bool { return state != "queued" && state != "deploying" }
