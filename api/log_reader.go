package api

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// loggedDeployments is how many deployments of a project its log is read from: the newest that had VMs.
const loggedDeployments = 100

// logWindow asks for lines whose ids are greater than after and lower than before: for the oldest of them, oldest first, or with newest for the
// newest of them, newest first. Limit is how many lines at the most.
type logWindow struct {
	after, before int64
	newest        bool
	limit         int
}

// wholeLog begins at the oldest line.
func wholeLog(limit int) logWindow { return logWindow{before: math.MaxInt64, limit: limit} }

// logReader reads lines of one log. It reads no rows but those of its answer, and of a project's log a few more for each of its deployments.
type logReader func(ctx context.Context, window logWindow) ([]LogLine, error)

func (s *service) buildLog(deployment uuid.UUID) logReader {
	return func(ctx context.Context, window logWindow) ([]LogLine, error) {
		read := s.queries.ListBuildLogs
		if window.newest {
			read = func(ctx context.Context, params database.ListBuildLogsParams) ([]database.BuildLog, error) {
				return s.queries.ListBuildLogsBackwards(ctx, database.ListBuildLogsBackwardsParams(params))
			}
		}

		rows, err := read(ctx, database.ListBuildLogsParams{
			DeploymentID: deployment, OrganisationID: organisationOf(ctx), After: window.after, BeforeID: window.before,
			MaxRows: int32(window.limit), //nolint:gosec // A few thousand.
		})

		return lo.Map(rows, func(r database.BuildLog, _ int) LogLine {
			return LogLine{
				ID: r.ID, DeploymentID: r.DeploymentID, Step: r.Step, Stream: r.Stream, Line: r.Line, LoggedAt: r.LoggedAt,
				Number: lo.FromPtr(r.Number), Group: lo.FromPtr(r.GroupNumber), Missing: r.Missing,
			}
		}), err
	}
}

func (s *service) runtimeLog(deployment uuid.UUID) logReader {
	return func(ctx context.Context, window logWindow) ([]LogLine, error) {
		read := s.queries.ListRuntimeLogs
		if window.newest {
			read = func(ctx context.Context, params database.ListRuntimeLogsParams) ([]database.RuntimeLog, error) {
				return s.queries.ListRuntimeLogsBackwards(ctx, database.ListRuntimeLogsBackwardsParams(params))
			}
		}

		rows, err := read(ctx, database.ListRuntimeLogsParams{
			DeploymentID: deployment, OrganisationID: organisationOf(ctx), After: window.after, BeforeID: window.before,
			MaxRows: int32(window.limit), //nolint:gosec // A few thousand.
		})

		return lo.Map(rows, func(r database.RuntimeLog, _ int) LogLine { return runtimeLine(r) }), err
	}
}

func runtimeLine(row database.RuntimeLog) LogLine {
	return LogLine{ID: row.ID, DeploymentID: row.DeploymentID, VMID: &row.VMID, Stream: row.Stream, Line: row.Line, LoggedAt: row.LoggedAt}
}

// projectLog merges the logs of a project's deployments, or of those of one environment of it. Ids grow within a project, as its lines are stored by one
// writer at a time.
func (s *service) projectLog(project, environment uuid.UUID) logReader {
	return func(ctx context.Context, window logWindow) ([]LogLine, error) {
		ends, err := s.logEnds(ctx, project, environment, window)
		if err != nil {
			return nil, err
		}

		var lines []LogLine

		for _, end := range ends {
			part := window

			// Once there are lines enough, only those in front of the last one count.
			if len(lines) == window.limit {
				last := lines[len(lines)-1].ID
				if inOrder(window, last, end.LineID) < 0 {
					break
				}

				if window.newest {
					part.after = last
				} else {
					part.before = last
				}
			}

			more, err := s.runtimeLog(end.DeploymentID)(ctx, part)
			if err != nil {
				return nil, err
			}

			lines = append(lines, more...)
			slices.SortFunc(lines, func(a, b LogLine) int { return inOrder(window, a.ID, b.ID) })
			lines = lines[:min(len(lines), window.limit)]
		}

		return lines, nil
	}
}

// logEnds returns the deployments of a project that have lines in the window, each with the one of them that is read first, in that order.
func (s *service) logEnds(ctx context.Context, project, environment uuid.UUID, window logWindow) ([]database.ListLogHeadsRow, error) {
	params := database.ListLogHeadsParams{
		ProjectID: project, OrganisationID: organisationOf(ctx), EnvironmentID: lo.EmptyableToPtr(environment),
		After: window.after, BeforeID: window.before, Most: loggedDeployments,
	}
	if !window.newest {
		return s.queries.ListLogHeads(ctx, params)
	}

	rows, err := s.queries.ListLogTails(ctx, database.ListLogTailsParams(params))

	return lo.Map(rows, func(r database.ListLogTailsRow, _ int) database.ListLogHeadsRow { return database.ListLogHeadsRow(r) }), err
}

// inOrder compares two ids by which of them the window's answer has first.
func inOrder(window logWindow, a, b int64) int {
	if window.newest {
		return cmp.Compare(b, a)
	}

	return cmp.Compare(a, b)
}
