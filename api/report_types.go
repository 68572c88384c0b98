package api

import (
	"time"

	"github.com/google/uuid"
)

// MeasureReport is the part that all reports of measures have, by which each is counted once.
//
//nolint:lll // One field a line, with its documentation.
type MeasureReport struct {
	RunID    uuid.UUID `doc:"Made anew whenever the service starts." json:"run_id"`
	Sequence int64     `doc:"Counts the reports of the run up, from 1. One that was counted, or that is lower, is passed over: a report whose answer was lost is sent again, unchanged but for sent_at." json:"sequence" maximum:"9007199254740991" minimum:"1"`
	SentAt   time.Time `doc:"The caller's clock now. Where it is off by more than 30 seconds the times in the report are moved by as much." json:"sent_at"`
}

// EdgeReportInput is what the calling edge has counted.
type EdgeReportInput struct{ Body EdgeReport }

// EdgeReport is what an edge has counted since its last report.
//
//nolint:lll // One field a line, with its documentation.
type EdgeReport struct {
	MeasureReport

	CountedUntil *time.Time    `doc:"Until when the edge has told all that it has counted, with this report and those before it; absent: more reports follow at once." json:"counted_until,omitempty"`
	Traffic      []EdgeTraffic `json:"traffic" maxItems:"1500" nullable:"false"`
}

// EdgeTraffic is what an edge has counted in one minute of the requests to one deployment that ended in it.
//
//nolint:lll // One field a line, with its documentation.
type EdgeTraffic struct {
	DeploymentID  uuid.UUID `doc:"One that was never routed is passed over." json:"deployment_id"`
	Minute        time.Time `doc:"When the minute began. One later than now counts as the current one." json:"minute"`
	Informational int64     `doc:"Requests with a status below 200: connections that became WebSockets." json:"informational,omitempty" maximum:"1000000000000" minimum:"0"`
	Successful    int64     `doc:"Requests with a status from 200 on."                          json:"successful,omitempty"    maximum:"1000000000000" minimum:"0"`
	Redirected    int64     `doc:"Requests with a status from 300 on."                          json:"redirected,omitempty"    maximum:"1000000000000" minimum:"0"`
	ClientErrors  int64     `doc:"Requests with a status from 400 on."                          json:"client_errors,omitempty" maximum:"1000000000000" minimum:"0"`
	ServerErrors  int64     `doc:"Requests with a status from 500 on."                          json:"server_errors,omitempty" maximum:"1000000000000" minimum:"0"`
	Aborted       int64     `doc:"Requests whose client left before the answer."                json:"aborted,omitempty"       maximum:"1000000000000" minimum:"0"`
	Latency       []int64   `doc:"How many requests took up to 1, 2, 4, 8 … 32,768 ms, and how many took longer; zeros at the end are left out." items.maximum:"1000000000000" items.minimum:"0" json:"latency,omitempty" maxItems:"17" nullable:"false"`
	BytesIn       int64     `doc:"Bytes of the bodies of requests."                             json:"bytes_in,omitempty"      maximum:"1000000000000000" minimum:"0"`
	BytesOut      int64     `doc:"Bytes of the bodies of answers."                              json:"bytes_out,omitempty"     maximum:"1000000000000000" minimum:"0"`
	InFlight      int64     `doc:"The most requests that were under way at a time."             json:"in_flight,omitempty"     maximum:"1000000000000" minimum:"0"`
}

// NodeMeasures is what a node has measured of its VMs since its last report with measures.
type NodeMeasures struct {
	MeasureReport

	VMs []VMUsage `json:"vms" maxItems:"1500" nullable:"false"`
}

// VMUsage is what a VM used in one minute.
type VMUsage struct {
	VMID              uuid.UUID `doc:"One that is not the calling node's is passed over." json:"vm_id"`
	Minute            time.Time `doc:"When the minute began. One later than now counts as the current one." json:"minute"`
	MeasuredMillis    int64     `doc:"For how many milliseconds the rest was measured." json:"measured_millis" maximum:"1000000000" minimum:"0"`
	CPUMicros         int64     `doc:"Processor time, in microseconds."                 json:"cpu_micros"      maximum:"1000000000000" minimum:"0"`
	MemoryByteSeconds int64     `doc:"Memory times how long it was used."               json:"memory_byte_seconds" maximum:"1000000000000000" minimum:"0"`
	MemoryMaxBytes    int64     `doc:"The most memory that was seen."                   json:"memory_max_bytes" maximum:"1000000000000000" minimum:"0"`
	ReceivedBytes     int64     `doc:"What the VM received over its network."           json:"received_bytes"  maximum:"1000000000000000" minimum:"0"`
	SentBytes         int64     `doc:"What the VM sent over its network."               json:"sent_bytes"      maximum:"1000000000000000" minimum:"0"`
	Restarts          int64     `doc:"How often the app was started again."             json:"restarts"        maximum:"1000000" minimum:"0"`
}
