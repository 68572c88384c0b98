package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

func (s *service) listBuilders(ctx context.Context, input *LongPageInput) (*PageOutput[Builder], error) {
	asked := PageInput(*input)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListWorkers(ctx, seenWithin, after, asked.rows())
	if err != nil {
		return nil, err
	}

	queue, kind := workflows.BuildJob()

	builds, err := s.queries.ListRunningBuilds(ctx, queue, kind)
	if err != nil {
		return nil, err
	}

	ofWorker := lo.GroupBy(builds, func(row database.ListRunningBuildsRow) string { return row.Worker })
	builders := make([]Builder, 0, len(rows))

	for _, row := range rows {
		builder, err := newBuilder(row, ofWorker[row.Worker.Name])
		if err != nil {
			return nil, err
		}

		builders = append(builders, builder)
	}

	return page(asked, builders, func(b Builder) Builder { return b }, func(b Builder) uuid.UUID { return b.ID }), nil
}

func newBuilder(row database.ListWorkersRow, builds []database.ListRunningBuildsRow) (Builder, error) {
	worker := row.Worker

	slots, err := slotsOf(worker)
	if err != nil {
		return Builder{}, err
	}

	builders, err := buildersOf(worker)
	if err != nil {
		return Builder{}, err
	}

	builder := Builder{
		ID: worker.ID, Name: worker.Name, Version: worker.Version, InTouch: row.InTouch, StartedAt: worker.StartedAt, LastSeenAt: worker.LastSeenAt,
		Slots:  lo.MapToSlice(slots, func(queue string, slots int) QueueSlots { return QueueSlots{Queue: queue, Slots: slots} }),
		Builds: lo.Map(builds, newRunningBuild),
		BuildKit: BuildKit{
			Address: worker.BuildkitAddress, Version: lo.FromPtr(worker.BuildkitVersion), DiskBytes: worker.BuildkitDiskBytes,
			Builders: builders,
			SeenAt:   worker.BuildkitSeenAt, Error: lo.FromPtr(worker.BuildkitError),
		},
	}

	slices.SortFunc(builder.Slots, func(a, b QueueSlots) int { return strings.Compare(a.Queue, b.Queue) })

	return builder, nil
}

// buildersOf returns the builders of a worker; none where it is of a version that does not tell of them.
func buildersOf(worker database.Worker) ([]BuilderVersion, error) {
	if worker.Builders == nil {
		return nil, nil
	}

	var builders []BuilderVersion
	if err := json.Unmarshal(worker.Builders, &builders); err != nil {
		return nil, fmt.Errorf("read the builders of worker %s: %w", worker.Name, err)
	}

	return builders, nil
}

// silentBuildersOf returns the addresses of the builders that do not answer a worker: all of its builders where it is of a version that does not say which.
func silentBuildersOf(worker database.Worker) ([]string, error) {
	if worker.BuildkitError == nil {
		return nil, nil
	}

	var builders []struct {
		Address string `json:"address"`
		Silent  bool   `json:"silent"`
	}
	if err := json.Unmarshal(lo.CoalesceSliceOrEmpty(worker.Builders, []byte("[]")), &builders); err != nil {
		return nil, fmt.Errorf("read the builders of worker %s: %w", worker.Name, err)
	}

	var silent []string

	for _, builder := range builders {
		if builder.Silent {
			silent = append(silent, builder.Address)
		}
	}

	return lo.CoalesceSliceOrEmpty(silent, []string{worker.BuildkitAddress}), nil
}

func newRunningBuild(row database.ListRunningBuildsRow, _ int) RunningBuild {
	return RunningBuild{
		DeploymentID: row.DeploymentID, Since: row.AttemptedAt, Project: Owner{ID: row.ProjectID, Slug: row.ProjectSlug},
		Organisation: Owner{ID: row.OrganisationID, Slug: row.OrganisationSlug},
		Builder:      lo.FromPtr(row.Builder),
	}
}
