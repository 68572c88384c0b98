package api

import (
	"context"
	"math"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

func (s *service) listRuntimeLogs(ctx context.Context, input *ListRuntimeLogsInput) (*ListLogsOutput, error) {
	read, err := s.deploymentLog(ctx, input.DeploymentID, input.VMID)
	if err != nil {
		return nil, err
	}

	return listLog(ctx, read, input.LogPageInput, input.LogFilterInput, input.RuntimeFilterInput)
}

func (s *service) listProjectLogs(ctx context.Context, input *ListProjectLogsInput) (*ListLogsOutput, error) {
	read, err := s.logOfProject(ctx, input.ProjectID, input.EnvironmentID, input.DeploymentID, input.VMID)
	if err != nil {
		return nil, err
	}

	return listLog(ctx, read, input.LogPageInput, input.LogFilterInput, input.RuntimeFilterInput)
}

// deploymentLog is the log of a deployment, or of one of its VMs.
func (s *service) deploymentLog(ctx context.Context, deployment, vm uuid.UUID) (logReader, error) {
	return s.ofVM(ctx, s.runtimeLog(deployment), vm, func(row database.LoggedVMRow) bool { return row.DeploymentID == deployment })
}

// logOfProject is the log of a project, of one environment or deployment of it, or of one of its VMs. A deployment and a VM count whatever the environment is.
func (s *service) logOfProject(ctx context.Context, project, environment, deployment, vm uuid.UUID) (logReader, error) {
	if deployment == uuid.Nil || vm != uuid.Nil {
		return s.ofVM(ctx, s.projectLog(project, environment), vm, func(row database.LoggedVMRow) bool {
			return row.ProjectID == project && (deployment == uuid.Nil || row.DeploymentID == deployment)
		})
	}

	theirs, err := s.queries.LoggedDeployment(ctx, deployment, project, organisationOf(ctx))
	if !theirs {
		return emptyLog, err
	}

	return s.runtimeLog(deployment), nil
}

// emptyLog is the log of what is none of the caller's.
func emptyLog(context.Context, logWindow) ([]LogLine, error) { return nil, nil }

func listLog(ctx context.Context, read logReader, page LogPageInput, input LogFilterInput, runtime RuntimeFilterInput) (*ListLogsOutput, error) {
	filter, err := newLogFilter(input, runtime)
	if err != nil {
		return nil, err
	}

	window, err := filter.bounded(ctx, read, page.window())
	if err != nil {
		return nil, err
	}

	found, err := searchLog(ctx, read, window, filter)
	if err != nil {
		return nil, err
	}

	answer := LogPage{Items: lo.Map(found.lines, shown), Scanned: found.scanned, ScannedTo: found.scannedTo}
	if window.newest {
		answer.Items, answer.NextBefore = oldestFirst(answer.Items), found.reached
	} else {
		answer.NextAfter = found.reached
	}

	return &ListLogsOutput{Body: answer}, nil
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
