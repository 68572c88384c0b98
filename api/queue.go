package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

const (
	// mostCounted bounds how many jobs of each state of each queue are counted.
	mostCounted = 10_000
	// mostWorkers bounds how many workers' slots are summed up.
	mostWorkers = 1_000
)

func (s *service) getQueue(ctx context.Context, _ *struct{}) (*QueueOutput, error) {
	rows, err := s.queries.CountQueues(ctx, mostCounted, workflows.QueueNames())
	if err != nil {
		return nil, err
	}

	waiting, err := s.queries.CountWaitingDeployments(ctx)
	if err != nil {
		return nil, err
	}

	slots, err := s.slotsOfQueues(ctx)
	if err != nil {
		return nil, err
	}

	return &QueueOutput{Body: QueueOverview{
		Queues:  lo.Map(rows, func(row database.CountQueuesRow, _ int) Queue { return newQueue(row, slots[row.Name]) }),
		Waiting: WaitingSummary{Builds: int(waiting.Builds), Quotas: int(waiting.Quotas), Pins: int(waiting.Pins)},
		RiverUI: riverPath + "/",
	}}, nil
}

func newQueue(row database.CountQueuesRow, slots int) Queue {
	queue := Queue{
		Name: row.Name, Slots: slots, Running: int(row.Running), Available: int(row.Available), Retryable: int(row.Retryable),
		Scheduled: int(row.Scheduled), PausedAt: row.PausedAt,
	}

	if queue.Available > 0 {
		queue.OldestSince = &row.OldestAvailableAt
	}

	return queue
}

// slotsOfQueues returns how many jobs of each queue the workers that are in touch run at once.
func (s *service) slotsOfQueues(ctx context.Context) (map[string]int, error) {
	workers, err := s.queries.ListWorkers(ctx, seenWithin, uuid.Nil, mostWorkers)
	if err != nil {
		return nil, err
	}

	sum := map[string]int{}

	for _, row := range workers {
		if !row.InTouch {
			continue
		}

		slots, err := slotsOf(row.Worker)
		if err != nil {
			return nil, err
		}

		for queue, count := range slots {
			sum[queue] += count
		}
	}

	return sum, nil
}

func slotsOf(worker database.Worker) (map[string]int, error) {
	slots := map[string]int{}
	if err := json.Unmarshal(worker.Slots, &slots); err != nil {
		return nil, fmt.Errorf("read the slots of worker %s: %w", worker.Name, err)
	}

	return slots, nil
}

func (s *service) listWaitingDeployments(ctx context.Context, input *PageInput) (*PageOutput[WaitingDeployment], error) {
	after, err := input.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListWaitingDeployments(ctx, after, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows, newWaitingDeployment, func(d WaitingDeployment) uuid.UUID { return d.DeploymentID }), nil
}

func newWaitingDeployment(row database.ListWaitingDeploymentsRow) WaitingDeployment {
	because := row.WaitingFor

	if because == "" {
		because = map[string]string{
			waitsForBuild: "Waiting because the organisation builds as many deployments as it may.",
			waitsForQuota: "Waiting because the organisation has not enough of its quota left.",
			waitsForPin:   "Waiting until the environment is unpinned.",
		}[row.WaitsFor]
	}

	return WaitingDeployment{
		DeploymentID: row.ID, WaitsFor: row.WaitsFor, WaitingBecause: because, Place: int(row.Place), Since: row.Since, Step: row.Step, Branch: row.Branch,
		EnvironmentID: row.EnvironmentID, EnvironmentKind: row.EnvironmentKind, Project: Owner{ID: row.ProjectID, Slug: row.ProjectSlug},
		Organisation: Owner{ID: row.OrganisationID, Slug: row.OrganisationSlug},
	}
}

// A deployment that has no job waits for one of these: its turn to build, room in its organisation's quota, or that its environment is unpinned.
const (
	waitsForBuild = "build"
	waitsForQuota = "quota"
	waitsForPin   = "pin"
)
