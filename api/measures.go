package api

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/latency"
)

const (
	// reportLag is how long after the end of a minute all edges and nodes have reported it, where all is well.
	reportLag = time.Minute
	// maxMarks is how many deployments an answer marks.
	maxMarks = 200
	// longestWait is how long a deployment is looked back for that went live within the range.
	longestWait = 30 * day
)

// getMeasures answers with all that the graphs of a project show.
func (s *service) getMeasures(ctx context.Context, input *MeasuresInput) (*MeasuresOutput, error) {
	asked, err := input.measureRange(time.Now())
	if err != nil {
		return nil, err
	}

	environment, deployment := lo.EmptyableToPtr(input.EnvironmentID), lo.EmptyableToPtr(input.DeploymentID)
	measures := newMeasures(asked)

	traffic, err := s.queries.SumTraffic(ctx, database.SumTrafficParams{
		Every: asked.step, Since: asked.from, Until: asked.to, StepSeconds: asked.stored.seconds(),
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: environment, DeploymentID: deployment,
	})
	if err != nil {
		return nil, err
	}

	for _, row := range traffic {
		measures.setTraffic(asked.pointOf(row.BeginsAt), row)
	}

	usage, err := s.queries.SumUsage(ctx, database.SumUsageParams{
		Every: asked.step, Since: asked.from, Until: asked.to, StepSeconds: asked.stored.seconds(),
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: environment, DeploymentID: deployment,
	})
	if err != nil {
		return nil, err
	}

	for _, row := range usage {
		point := asked.pointOf(row.BeginsAt)
		measures.setUsage(point, row, asked.elapsed(point))
	}

	marks, err := s.queries.ListMeasureMarks(ctx, database.ListMeasureMarksParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: environment, DeploymentID: deployment,
		MadeAfter: id.Floor(asked.from.Add(-longestWait)), Since: asked.from, Until: asked.to, MaxRows: maxMarks,
	})
	if err != nil {
		return nil, err
	}

	measures.Deployments = lo.Map(marks, func(row database.ListMeasureMarksRow, _ int) DeploymentMark {
		return DeploymentMark{
			ID: row.ID, EnvironmentID: row.EnvironmentID, LiveAt: lo.FromPtr(row.EndedAt), State: row.State, CommitSHA: lo.FromPtr(row.CommitSHA),
		}
	})

	newest, err := s.queries.NewestMeasuredVM(ctx, database.NewestMeasuredVMParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: environment, DeploymentID: deployment,
	})

	switch {
	case err == nil:
		measures.Limits = &InstanceLimits{CPUMillis: int64(newest.CPUMillis), MemoryBytes: newest.MemoryBytes}
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, err
	}

	return &MeasuresOutput{Body: *measures}, nil
}

// newMeasures returns the series of a range in which nothing was reported.
func newMeasures(asked measureRange) *Measures {
	points := asked.points()
	counts := func() []*int64 { return make([]*int64, points) }
	numbers := func() []*float64 { return make([]*float64, points) }

	// Of what edges count, nothing reported is none.
	zeros := func() []*int64 {
		return lo.Times(points, func(point int) *int64 { return lo.Ternary(asked.isKnown(point), new(int64), nil) })
	}

	return &Measures{
		From: asked.from, To: asked.to, StepSeconds: int64(asked.step / time.Second),
		Times: lo.Times(points, func(point int) int64 { return asked.at(point).Unix() }),
		Requests: RequestMeasures{
			Informational: zeros(), Successful: zeros(), Redirected: zeros(), ClientErrors: zeros(), ServerErrors: zeros(), Aborted: zeros(),
		},
		Latency:   LatencyMeasures{P50: numbers(), P95: numbers(), P99: numbers()},
		Network:   TrafficMeasures{BytesIn: zeros(), BytesOut: zeros(), ReceivedBytes: counts(), SentBytes: counts()},
		InFlight:  zeros(),
		Instances: InstanceMeasures{Count: numbers(), CPUMillis: numbers(), MemoryMeanBytes: counts(), MemoryMaxBytes: counts(), Restarts: counts()},
	}
}

func (m *Measures) setTraffic(point int, row database.SumTrafficRow) {
	m.Requests.Informational[point] = &row.Informational
	m.Requests.Successful[point] = &row.Successful
	m.Requests.Redirected[point] = &row.Redirected
	m.Requests.ClientErrors[point] = &row.ClientErrors
	m.Requests.ServerErrors[point] = &row.ServerErrors
	m.Requests.Aborted[point] = &row.Aborted
	m.Network.BytesIn[point] = &row.BytesIn
	m.Network.BytesOut[point] = &row.BytesOut
	m.InFlight[point] = &row.InFlight

	//nolint:mnd // The names say the numbers.
	for series, q := range map[*[]*float64]float64{&m.Latency.P50: 0.5, &m.Latency.P95: 0.95, &m.Latency.P99: 0.99} {
		if milliseconds, ok := latency.Quantile(row.Latency, q); ok {
			(*series)[point] = new(rounded(milliseconds))
		}
	}
}

func (m *Measures) setUsage(point int, row database.SumUsageRow, elapsed time.Duration) {
	m.Network.ReceivedBytes[point] = &row.ReceivedBytes
	m.Network.SentBytes[point] = &row.SentBytes
	m.Instances.MemoryMaxBytes[point] = &row.MemoryMaxBytes
	m.Instances.Restarts[point] = &row.Restarts

	if elapsed > 0 {
		m.Instances.Count[point] = new(rounded(float64(row.MeasuredMillis) / float64(elapsed.Milliseconds())))
	}

	if row.MeasuredMillis > 0 {
		seconds := float64(row.MeasuredMillis) / float64(time.Second/time.Millisecond)
		m.Instances.CPUMillis[point] = new(rounded(float64(row.CPUMicros) / float64(row.MeasuredMillis)))
		m.Instances.MemoryMeanBytes[point] = new(int64(float64(row.MemoryByteSeconds) / seconds))
	}
}

// rounded keeps answers short.
func rounded(number float64) float64 {
	const tenths = 10

	return math.Round(number*tenths) / tenths
}
