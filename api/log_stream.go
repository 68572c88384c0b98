package api

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) streamBuildLogs(ctx context.Context, input *StreamBuildLogsInput) (func(context.Context, *eventStream) error, error) {
	filter, err := newLogFilter(input.LogFilterInput, RuntimeFilterInput{})
	if err != nil {
		return nil, err
	}

	if _, err := s.buildLogExtent(ctx, input.DeploymentID); err != nil {
		return nil, err
	}

	from, err := s.behindLine(ctx, input.DeploymentID, input.From)
	if err != nil {
		return nil, err
	}

	key := input.DeploymentID.String()

	return s.streamLog(ctx, logStream{
		read: s.buildLog(input.DeploymentID), filter: filter, input: input.FollowInput, from: from,
		news: wakeup{database.ChannelBuildLogs, key}, changes: wakeup{database.ChannelDeployments, key},
		// The build log is complete when the deployment has ended.
		ending: func(ctx context.Context) (string, error) {
			row, err := s.deploymentState(ctx, input.DeploymentID)

			return endedState(row), err
		},
	})
}

func (s *service) streamRuntimeLogs(ctx context.Context, input *StreamRuntimeLogsInput) (func(context.Context, *eventStream) error, error) {
	filter, err := newLogFilter(input.LogFilterInput, input.RuntimeFilterInput)
	if err != nil {
		return nil, err
	}

	read, err := s.deploymentLog(ctx, input.DeploymentID, input.VMID)
	if err != nil {
		return nil, err
	}

	key := input.DeploymentID.String()

	return s.streamLog(ctx, logStream{
		read: read, filter: filter, input: input.FollowInput,
		news: wakeup{database.ChannelRuntimeLogs, key}, changes: wakeup{database.ChannelDeployments, key},
		// The runtime log is complete when also the last VM is gone.
		ending: func(ctx context.Context) (string, error) {
			row, err := s.deploymentState(ctx, input.DeploymentID)

			return lo.Ternary(row.HasVms, "", endedState(row)), err
		},
	})
}

func (s *service) streamProjectLogs(ctx context.Context, input *StreamProjectLogsInput) (func(context.Context, *eventStream) error, error) {
	filter, err := newLogFilter(input.LogFilterInput, input.RuntimeFilterInput)
	if err != nil {
		return nil, err
	}

	read, err := s.logOfProject(ctx, input.ProjectID, input.EnvironmentID, input.DeploymentID, input.VMID)
	if err != nil {
		return nil, err
	}

	return s.streamLog(ctx, logStream{
		read: read, filter: filter, input: input.FollowInput,
		news: wakeup{database.ChannelRuntimeLogs, input.ProjectID.String()},
		// There may always be another deployment, until the project is deleted.
		ending: func(ctx context.Context) (string, error) {
			_, err := s.project(ctx, input.ProjectID)
			if problem.CodeOf(err) == problem.NotFound {
				err = errGone
			}

			return "", err
		},
	})
}

// deploymentState returns errGone for a deployment that is not there any more.
func (s *service) deploymentState(ctx context.Context, deployment uuid.UUID) (database.DeploymentStateRow, error) {
	row, err := s.queries.DeploymentState(ctx, deployment, organisationOf(ctx))
	if errors.Is(err, pgx.ErrNoRows) {
		err = errGone
	}

	return row, err
}

// endedState returns the state of a deployment that has come to its end, and "" for others.
func endedState(row database.DeploymentStateRow) string {
	if !ended(row.State) {
		return ""
	}

	return row.State
}

// ended tells whether a deployment in that state has come to its end: its build is over.
func ended(state string) bool { return state != "queued" && state != "deploying" }
