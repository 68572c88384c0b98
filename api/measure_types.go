package api

import (
	"time"

	"github.com/google/uuid"
)

// MeasuresInput asks for the measures of one project.
//
//nolint:lll // One field a line, with its documentation.
type MeasuresInput struct {
	ProjectPath

	From          time.Time `doc:"When the range begins; left out: an hour before its end. It is moved back to the beginning of its step, and to a year ago where it is older." query:"from"`
	To            time.Time `doc:"When the range ends; left out, or later than now: now." query:"to"`
	Step          int       `doc:"How many seconds a point stands for. Left out: the shortest of which there are at most 360 and that is kept for the whole range. Minutes are kept for a day, hours for 31 days, days for 366: a step that is no multiple of 3600 is null where it is older than a day, one that is no multiple of 86400 where it is older than 31 days." maximum:"31622400" minimum:"60" multipleOf:"60" query:"step"`
	EnvironmentID uuid.UUID `doc:"Only those of this environment." query:"environment_id"`
	DeploymentID  uuid.UUID `doc:"Only those of this deployment." query:"deployment_id"`
}

// MeasuresOutput is the measures of a project.
type MeasuresOutput struct{ Body Measures }

// Measures are series of points: the first value of each stands for the first of times, and so on.
type Measures struct {
	From        time.Time        `doc:"When the first point begins." json:"from"`
	To          time.Time        `doc:"When the range ends." json:"to"`
	StepSeconds int64            `doc:"How long each point is. The last one may still go on." json:"step_seconds"`
	Times       []int64          `doc:"When each point begins, in seconds since 1970 (UTC)." json:"times" nullable:"false"`
	Requests    RequestMeasures  `doc:"Requests that ended then, by what became of them." json:"requests"`
	Latency     LatencyMeasures  `doc:"How long requests took." json:"latency"`
	Network     TrafficMeasures  `doc:"What edges passed on, and what VMs sent and received." json:"network"`
	InFlight    []*int64         `doc:"The most requests that one edge had under way at a time." json:"in_flight" nullable:"false"`
	Instances   InstanceMeasures `doc:"What an instance used." json:"instances"`
	Limits      *InstanceLimits  `doc:"What an instance may use, as the newest one may; absent where there was none yet." json:"limits,omitempty"`
	Deployments []DeploymentMark `doc:"The deployments that went live in the range, the newest first, 200 at the most." json:"deployments" nullable:"false"`
}

// RequestMeasures are the requests by what became of them. A point is null where it is not kept any more or not reported yet, and 0 where no edge reported a request.
//
//nolint:lll // One field a line, with its documentation.
type RequestMeasures struct {
	Informational []*int64 `doc:"Status below 200: connections that became WebSockets." json:"informational" nullable:"false"`
	Successful    []*int64 `doc:"Status 200 to 299." json:"successful" nullable:"false"`
	Redirected    []*int64 `doc:"Status 300 to 399." json:"redirected" nullable:"false"`
	ClientErrors  []*int64 `doc:"Status 400 to 499." json:"client_errors" nullable:"false"`
	ServerErrors  []*int64 `doc:"Status from 500 on, those that the edge itself answered because no instance did among them." json:"server_errors" nullable:"false"`
	Aborted       []*int64 `doc:"The client left before the answer." json:"aborted" nullable:"false"`
}

// LatencyMeasures are quantiles of the time from when an edge had read the head of a request until it had written the last byte of the answer, in
// milliseconds. A point without requests is null. How they are estimated stands with the operation.
type LatencyMeasures struct {
	P50 []*float64 `doc:"Half of the requests took no longer." json:"p50" nullable:"false"`
	P95 []*float64 `doc:"95 of 100 took no longer." json:"p95" nullable:"false"`
	P99 []*float64 `doc:"99 of 100 took no longer." json:"p99" nullable:"false"`
}

// TrafficMeasures are bytes.
type TrafficMeasures struct {
	BytesIn       []*int64 `doc:"Bodies of the requests of visitors." json:"bytes_in" nullable:"false"`
	BytesOut      []*int64 `doc:"Bodies of the answers to visitors." json:"bytes_out" nullable:"false"`
	ReceivedBytes []*int64 `doc:"All that the instances received over their network; null where none was measured." json:"received_bytes" nullable:"false"`
	SentBytes     []*int64 `doc:"All that the instances sent over their network; null where none was measured." json:"sent_bytes" nullable:"false"`
}

// InstanceMeasures are what the instances used, release commands among them. A point is null where none was measured.
type InstanceMeasures struct {
	Count           []*float64 `doc:"How many instances were measured, on average." json:"count" nullable:"false"`
	CPUMillis       []*float64 `doc:"Processor time that one used, on average, in thousandths of a core." json:"cpu_millis" nullable:"false"`
	MemoryMeanBytes []*int64   `doc:"Memory that one used, on average." json:"memory_mean_bytes" nullable:"false"`
	MemoryMaxBytes  []*int64   `doc:"The most memory that one used." json:"memory_max_bytes" nullable:"false"`
	Restarts        []*int64   `doc:"How often apps were started again in their instances." json:"restarts" nullable:"false"`
}

// InstanceLimits are what one instance may use.
type InstanceLimits struct {
	CPUMillis   int64 `json:"cpu_millis"`
	MemoryBytes int64 `json:"memory_bytes"`
}

// DeploymentMark is when a deployment went live.
type DeploymentMark struct {
	ID            uuid.UUID `json:"id"`
	EnvironmentID uuid.UUID `json:"environment_id"`
	LiveAt        time.Time `json:"live_at"`
	State         string    `enum:"live,retired" json:"state"`
	CommitSHA     string    `json:"commit_sha,omitempty"`
}
