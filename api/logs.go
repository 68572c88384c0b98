package api

import (
	"context"
	"math"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listBuildLogs(ctx context.Context, input *ListBuildLogsInput) (*ListLogsOutput, error) {
	return listLog(ctx, s.buildLog(input.DeploymentID), input.LogPageInput, newLogFilter(input.LogFilterInput))
}

func (s *service) listRuntimeLogs(ctx context.Context, input *ListRuntimeLogsInput) (*ListLogsOutput, error) {
	read, err := s.deploymentLog(ctx, input.DeploymentID, input.VMID)
	if err != nil {
		return nil, err
	}

	return listLog(ctx, read, input.LogPageInput, newLogFilter(input.LogFilterInput))
}

func (s *service) listProjectLogs(ctx context.Context, input *ListProjectLogsInput) (*ListLogsOutput, error) {
	read, err := s.logOfProject(ctx, input.ProjectID, input.EnvironmentID, input.VMID)
	if err != nil {
		return nil, err
	}

	return listLog(ctx, read, input.LogPageInput, newLogFilter(input.LogFilterInput))
}

// deploymentLog is the log of a deployment, or of one of its VMs.
func (s *service) deploymentLog(ctx context.Context, deployment, vm uuid.UUID) (logReader, error) {
	return s.ofVM(ctx, s.runtimeLog(deployment), vm, func(row database.LoggedVMRow) bool { return row.DeploymentID == deployment })
}

// logOfProject is the log of a project, of one environment of it, or of one of its VMs.
func (s *service) logOfProject(ctx context.Context, project, environment, vm uuid.UUID) (logReader, error) {
	return s.ofVM(ctx, s.projectLog(project, environment), vm, func(row database.LoggedVMRow) bool { return row.ProjectID == project })
}

func listLog(ctx context.Context, read logReader, page LogPageInput, filter logFilter) (*ListLogsOutput, error) {
	start, err := startOf(ctx, read, filter.since)
	if err != nil {
		return nil, err
	}

	window := page.window()
	window.after = max(window.after, start)

	lines, reached, err := searchLog(ctx, read, window, filter)
	if err != nil {
		return nil, err
	}

	if window.newest {
		return &ListLogsOutput{Body: LogPage{Items: oldestFirst(lines), NextBefore: reached}}, nil
	}

	return &ListLogsOutput{Body: LogPage{Items: lines, NextAfter: reached}}, nil
}

// window is the part of the log that was asked for.
func (p LogPageInput) window() logWindow {
	window := logWindow{after: p.After, before: p.Before, newest: p.Before > 0 || p.Tail > 0, limit: p.Limit}

	if p.Before == 0 {
		window.before = math.MaxInt64
	}

	if p.Tail > 0 {
		window.limit = p.Tail
	}

	return window
}
