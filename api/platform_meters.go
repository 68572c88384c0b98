package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zeitwork/zeitwork/workflows"
)

const (
	// mostMachines bounds how many nodes and edges are counted.
	mostMachines = 10_000
	// readingTime bounds one reading, so that a slow database does not keep Prometheus from the other metrics.
	readingTime = 5 * time.Second
)

// platformMeters are metrics of the platform as the database has it, which all API processes tell alike.
type platformMeters struct {
	nodes, edges, version, jobs, slots, waiting metric.Int64ObservableGauge
	wait                                        metric.Float64ObservableGauge
}

// Measure serves the state of the platform as metrics: nodes, edges, queues, and what waits. Whenever they are read the database is asked.
func (s *Server) Measure(provider metric.MeterProvider) error {
	meter, m := provider.Meter("github.com/zeitwork/zeitwork/api"), &platformMeters{}

	var err1, err2, err3, err4, err5, err6, err7 error

	m.nodes, err1 = meter.Int64ObservableGauge("zeitwork.platform.nodes",
		metric.WithDescription("Nodes by region, state and contact: in_touch, silent, or unreachable by edges."))
	m.edges, err2 = meter.Int64ObservableGauge("zeitwork.platform.edges", metric.WithDescription("Edges by region and contact: in_touch or silent."))
	m.version, err3 = meter.Int64ObservableGauge("zeitwork.platform.route.version", metric.WithDescription("Newest version of the route table."))
	m.jobs, err4 = meter.Int64ObservableGauge("zeitwork.platform.queue.jobs", metric.WithDescription("Jobs of a queue that are not done, by state."))
	m.slots, err5 = meter.Int64ObservableGauge("zeitwork.platform.queue.slots",
		metric.WithDescription("Jobs of a queue that the workers in touch run at once."))
	m.waiting, err6 = meter.Int64ObservableGauge("zeitwork.platform.deployments.waiting",
		metric.WithDescription("Deployments that wait without a job, by reason: builds, quotas or pins."))
	m.wait, err7 = meter.Float64ObservableGauge("zeitwork.platform.queue.wait", metric.WithUnit("s"),
		metric.WithDescription("How long the oldest job of a queue has waited for a worker."))

	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return fmt.Errorf("make the meters of the platform: %w", err)
	}

	_, err := meter.RegisterCallback(func(ctx context.Context, observer metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, readingTime)
		defer cancel()

		return errors.Join(m.observeMachines(ctx, s.service, observer), m.observeQueues(ctx, s.service, observer))
	}, m.nodes, m.edges, m.version, m.jobs, m.slots, m.waiting, m.wait)
	if err != nil {
		return fmt.Errorf("measure the platform: %w", err)
	}

	return nil
}

func (m *platformMeters) observeMachines(ctx context.Context, s *service, observer metric.Observer) error {
	nodes, err := s.queries.ListNodes(ctx, seenWithin, uuid.Nil, mostMachines)
	if err != nil {
		return err
	}

	edges, err := s.queries.ListEdges(ctx, seenWithin, uuid.Nil, mostMachines)
	if err != nil {
		return err
	}

	version, err := s.queries.CurrentRouteVersion(ctx)
	if err != nil {
		return err
	}

	counted := map[attribute.Set]int64{}
	for _, row := range nodes {
		counted[attribute.NewSet(attribute.String("region", row.Node.Region), attribute.String("state", row.Node.State),
			attribute.String("contact", contact(row.InTouch, row.Node.UnreachableSince)))]++
	}

	observe(observer, m.nodes, counted)

	counted = map[attribute.Set]int64{}
	for _, row := range edges {
		counted[attribute.NewSet(attribute.String("region", row.Edge.Region), attribute.String("contact", contact(row.InTouch, nil)))]++
	}

	observe(observer, m.edges, counted)
	observer.ObserveInt64(m.version, version)

	return nil
}

func (m *platformMeters) observeQueues(ctx context.Context, s *service, observer metric.Observer) error {
	queues, err := s.queries.CountQueues(ctx, mostCounted, workflows.QueueNames())
	if err != nil {
		return err
	}

	slots, err := s.slotsOfQueues(ctx)
	if err != nil {
		return err
	}

	waiting, err := s.queries.CountWaitingDeployments(ctx)
	if err != nil {
		return err
	}

	for _, row := range queues {
		queue := attribute.String("queue", row.Name)

		for state, count := range map[string]int64{
			"running": row.Running, "available": row.Available, "retryable": row.Retryable, "scheduled": row.Scheduled,
		} {
			observer.ObserveInt64(m.jobs, count, metric.WithAttributes(queue, attribute.String("state", state)))
		}

		wait := time.Duration(0)
		if row.Available > 0 {
			wait = max(0, time.Since(row.OldestAvailableAt))
		}

		observer.ObserveFloat64(m.wait, wait.Seconds(), metric.WithAttributes(queue))
		observer.ObserveInt64(m.slots, int64(slots[row.Name]), metric.WithAttributes(queue))
	}

	for reason, count := range map[string]int64{"builds": waiting.Builds, "quotas": waiting.Quotas, "pins": waiting.Pins} {
		observer.ObserveInt64(m.waiting, count, metric.WithAttributes(attribute.String("reason", reason)))
	}

	return nil
}

func observe(observer metric.Observer, gauge metric.Int64ObservableGauge, counted map[attribute.Set]int64) {
	for attributes, count := range counted {
		observer.ObserveInt64(gauge, count, metric.WithAttributeSet(attributes))
	}
}

// contact says whether a machine is heard of, and of a node that is, whether edges cannot reach its VMs.
func contact(inTouch bool, unreachableSince *time.Time) string {
	switch {
	case !inTouch:
		return "silent"
	case unreachableSince != nil:
		return "unreachable"
	default:
		return "in_touch"
	}
}
