package api

import (
	"context"
	"math"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// getLogContext reads what stands around a line, whatever was looked for when it was found.
func (s *service) getLogContext(ctx context.Context, input *LogContextInput) (*ListLogsOutput, error) {
	of, err := s.queries.DeploymentOfLine(ctx, input.Around, input.ProjectID, organisationOf(ctx))
	if of, err = found(of, err, "log line"); err != nil {
		return nil, err
	}

	read, err := s.logWithin(ctx, input, of)
	if err != nil {
		return nil, err
	}

	// One more of each tells whether there are more.
	older, err := read(ctx, logWindow{before: input.Around, newest: true, limit: input.Before + 1})
	if err != nil {
		return nil, err
	}

	newer, err := read(ctx, logWindow{after: input.Around - 1, before: math.MaxInt64, limit: input.After + 2}) //nolint:mnd // And the line itself.
	if err != nil {
		return nil, err
	}

	page := LogPage{Scanned: int64(len(older) + len(newer))}
	hasOlder, hasNewer := len(older) > input.Before, len(newer) > input.After+1

	older, newer = older[:min(len(older), input.Before)], newer[:min(len(newer), input.After+1)]
	page.Items = append(oldestFirst(lo.Map(older, shown)), lo.Map(newer, shown)...)

	if len(page.Items) > 0 {
		page.NextBefore = lo.Ternary(hasOlder, page.Items[0].ID, 0)
		page.NextAfter = lo.Ternary(hasNewer, page.Items[len(page.Items)-1].ID, 0)
	}

	return &ListLogsOutput{Body: page}, nil
}

// logWithin returns the log that the line is shown in.
func (s *service) logWithin(ctx context.Context, input *LogContextInput, of database.DeploymentOfLineRow) (logReader, error) {
	environment, deployment, vm := uuid.Nil, uuid.Nil, uuid.Nil

	switch input.Within {
	case "environment":
		environment = of.EnvironmentID
	case "deployment":
		deployment = of.DeploymentID
	case "vm":
		vm = of.VMID
	}

	return s.logOfProject(ctx, input.ProjectID, environment, deployment, vm)
}
