package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// readLog returns lines of a deployment's log with a greater id than after, oldest first, limit at the most.
type readLog func(ctx context.Context, deployment uuid.UUID, after int64, limit int) ([]LogLine, error)

func (s *service) listBuildLogs(ctx context.Context, input *ListLogsInput) (*ListLogsOutput, error) {
	return s.listLogs(ctx, input, s.buildLog)
}

func (s *service) listRuntimeLogs(ctx context.Context, input *ListLogsInput) (*ListLogsOutput, error) {
	return s.listLogs(ctx, input, s.runtimeLog)
}

func (s *service) listLogs(ctx context.Context, input *ListLogsInput, read readLog) (*ListLogsOutput, error) {
	if _, err := s.deployment(ctx, input.DeploymentID); err != nil {
		return nil, err
	}

	lines, err := read(ctx, input.DeploymentID, input.After, input.Limit)
	if err != nil {
		return nil, err
	}

	output := &ListLogsOutput{}
	output.Body.Items = lines

	return output, nil
}

func (s *service) buildLog(ctx context.Context, deployment uuid.UUID, after int64, limit int) ([]LogLine, error) {
	rows, err := s.queries.ListBuildLogs(ctx, deployment, after, int32(limit)) //nolint:gosec // Bounded by the schema.

	return lo.Map(rows, func(r database.BuildLog, _ int) LogLine {
		return LogLine{ID: r.ID, Step: r.Step, Stream: r.Stream, Line: r.Line, LoggedAt: r.LoggedAt}
	}), err
}

func (s *service) runtimeLog(ctx context.Context, deployment uuid.UUID, after int64, limit int) ([]LogLine, error) {
	rows, err := s.queries.ListRuntimeLogs(ctx, deployment, after, int32(limit)) //nolint:gosec // Bounded by the schema.

	return lo.Map(rows, func(r database.RuntimeLog, _ int) LogLine {
		return LogLine{ID: r.ID, VMID: &r.VMID, Stream: r.Stream, Line: r.Line, LoggedAt: r.LoggedAt}
	}), err
}
