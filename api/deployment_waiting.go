package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/workflows"
)

// unremarkable is how long a job stands in its queue before the deployment is said to wait for a worker.
const unremarkable = time.Second

// waitingOf says what a deployment waits for; nil: nothing.
func (s *service) waitingOf(ctx context.Context, row database.GetDeploymentOfRow, timeline []StepAttempt) (*Waiting, error) {
	deployment := row.Deployment
	if ended(deployment.State) {
		return nil, nil //nolint:nilnil // It waits for nothing.
	}

	said, _, _ := lo.FindLastIndexOf(timeline, func(a StepAttempt) bool { return a.WaitingFor != "" })
	waiting := &Waiting{Message: said.WaitingFor}

	switch {
	case deployment.AwaitsBuildSince != nil && deployment.State == "queued":
		waiting.For, waiting.Since = "build_turn", deployment.AwaitsBuildSince

		return waiting, s.addBuildTurn(ctx, waiting, deployment)
	case deployment.AwaitsQuotaSince != nil:
		waiting.For, waiting.Since = "quota", deployment.AwaitsQuotaSince

		return waiting, s.addQuota(ctx, waiting, row)
	case deployment.HeldAt != nil:
		waiting.For, waiting.Since = "unpin", deployment.HeldAt

		return waiting, nil
	default:
		return s.waitingAtStep(ctx, deployment, timeline)
	}
}

// waitingAtStep is for deployments that have a job.
func (s *service) waitingAtStep(ctx context.Context, deployment database.Deployment, timeline []StepAttempt) (*Waiting, error) {
	last, _ := lo.Last(timeline)

	switch {
	case last.WaitingFor != "" && last.State == "running":
		return &Waiting{For: "step", Message: last.WaitingFor, Since: &last.StartedAt}, nil
	case last.WaitingFor != "" && last.State == "retrying":
		return &Waiting{For: "retry", Message: last.WaitingFor, Since: last.EndedAt}, nil
	case last.State == "running":
		return nil, nil //nolint:nilnil // It waits for nothing.
	}

	place, err := s.queries.PlaceInQueue(ctx, deployment.ID, organisationOf(ctx))
	if errors.Is(err, pgx.ErrNoRows) || (err == nil && time.Since(place.ScheduledAt) < unremarkable) {
		return nil, nil //nolint:nilnil // It waits for nothing.
	}

	if err != nil {
		return nil, err
	}

	waiting := &Waiting{For: "worker", Since: &place.ScheduledAt, Message: fmt.Sprintf(
		"Waiting for a worker that is free: %d of %d of your organisation in the queue %s.", place.Position, place.Length, place.Queue)}
	waiting.Place = &QueuePlace{Queue: place.Queue, Position: int(place.Position), Length: int(place.Length), OthersBefore: place.OthersBefore}

	if place.OthersBefore {
		waiting.Message += " Other jobs are before it."
	}

	return waiting, nil
}

func (s *service) addBuildTurn(ctx context.Context, waiting *Waiting, deployment database.Deployment) error {
	place, err := s.queries.PlaceInBuildTurns(ctx, deployment.ID, organisationOf(ctx))
	if err != nil {
		return err
	}

	allowed, err := s.queries.BuildsAllowed(ctx, organisationOf(ctx))
	if err != nil {
		return err
	}

	building, err := s.queries.CountBuilds(ctx, organisationOf(ctx))
	waiting.Place = &QueuePlace{Queue: "builds", Position: int(place.Position), Length: int(place.Length)}
	waiting.Limit = &WaitingLimit{Name: "builds", Limit: int64(allowed), Used: building}

	return err
}

func (s *service) addQuota(ctx context.Context, waiting *Waiting, row database.GetDeploymentOfRow) error {
	place, err := s.queries.PlaceInQuotaQueue(ctx, row.Deployment.ID, organisationOf(ctx))
	if err != nil {
		return err
	}

	waiting.Place = &QueuePlace{Queue: "quota", Position: int(place.Position), Length: int(place.Length)}

	room, err := quota.Look(ctx, s.queries, organisationOf(ctx), row.Environment.ID)
	if err != nil {
		return err
	}

	wanted := quota.AllotmentOf(row.Project, workflows.InstancesOf(row.Project, row.Deployment))
	if full, ok := errors.AsType[*quota.FullError](room.Start(wanted)); ok {
		waiting.Limit = &WaitingLimit{Name: full.Name, Limit: full.Limit, Used: full.Used}
	}

	return nil
}
