package api

import (
	"time"

	"github.com/google/uuid"
)

// RequestRecord is one request that reached a deployment, or a number of them that were not kept.
//
//nolint:lll // One field a line, with its documentation.
type RequestRecord struct {
	ID            uuid.UUID  `json:"id"`
	Kind          string     `doc:"request: one request; sampled: as many as dropped says, which the edge left out because there were too many at once; over_quota: as many, of a minute, because the organisation's apps log more than they may. The last two have id, kind, the deployment, started_at, region, dropped and message alone." enum:"request,sampled,over_quota" json:"kind"`
	EnvironmentID uuid.UUID  `json:"environment_id"`
	DeploymentID  uuid.UUID  `json:"deployment_id"`
	VMID          *uuid.UUID `doc:"The VM that answered. Absent: the edge answered itself." json:"vm_id,omitempty"`
	Region        string     `doc:"Of the edge." json:"region"`
	StartedAt     time.Time  `doc:"When the edge had read its headers, to the millisecond." json:"started_at"`
	Method        string     `json:"method,omitempty"`
	Host          string     `json:"host,omitempty"`
	Path          string     `doc:"Without its query, as the client sent it; characters that cannot be seen are escaped as %XX. Beyond 1,024 bytes it is cut and ends in …" json:"path,omitempty"`
	Status        int        `doc:"499: the client left before the answer began." json:"status,omitempty"`
	DurationMS    float64    `doc:"Milliseconds until the answer was passed on whole; of a WebSocket: until it was closed." json:"duration_ms,omitempty"`
	FirstByteMS   float64    `doc:"Milliseconds until the answer began. Absent: it never did." json:"first_byte_ms,omitempty"`
	BytesOut      int64      `doc:"Of the answer's body. Those of a WebSocket are not counted." json:"bytes_out,omitempty"`
	Attempts      int        `doc:"How many VMs it was sent to: with 2 or more it was tried again." json:"attempts,omitempty"`
	Interrupted   bool       `doc:"The answer broke off: the app or the client ended the connection before its end." json:"interrupted,omitempty"`
	RequestID     string     `doc:"What the app and the client got as X-Request-Id." json:"request_id,omitempty"`
	Dropped       int64      `doc:"How many requests are missing here." json:"dropped,omitempty"`
	Message       string     `doc:"A sentence that says so." json:"message,omitempty"`
}

// RequestFilterInput chooses requests. All of its filters hold.
//
//nolint:lll // One field a line, with its documentation.
type RequestFilterInput struct {
	EnvironmentFilter

	DeploymentID uuid.UUID `doc:"Only those to this deployment." query:"deployment_id"`
	VMID         uuid.UUID `doc:"Only those that this VM answered." query:"vm_id"`
	Status       string    `doc:"Only those with this status, such as 404, or with one of a class, such as 5xx." pattern:"^[1-9]([0-9]{2}|xx)$" patternDescription:"a status such as 404, or a class such as 5xx" query:"status"`
	Method       string    `doc:"Only those with this method." example:"POST" maxLength:"32" query:"method"`
	Path         string    `doc:"Only those whose path holds this text." maxLength:"200" query:"path"`
	SlowerThanMS int64     `doc:"Only those that took as many milliseconds or more." maximum:"86400000" minimum:"0" query:"slower_than_ms"`
	From         time.Time `doc:"Only those that began then or later." query:"from"`
}

// ListRequestsInput asks for requests to a project.
type ListRequestsInput struct {
	ProjectPath
	PageInput
	RequestFilterInput

	To time.Time `doc:"Only those that began before." query:"to"`
}

// StreamRequestsInput asks for the stream of requests to a project.
//
//nolint:lll // One field a line, with its documentation.
type StreamRequestsInput struct {
	ProjectPath
	RequestFilterInput

	LastEventID string `doc:"Go on behind this event; tail no longer counts." header:"Last-Event-ID" pattern:"^[0-9]{0,15}$" patternDescription:"the id of an event of this stream"`
	Tail        int    `default:"0" doc:"Begin with those that came last, that many." maximum:"1000" minimum:"0" query:"tail"`
	Follow      bool   `default:"true" doc:"false: end the stream behind what there is now." query:"follow"`
}

// ShipRequestsInput stores requests that the calling edge got for deployments.
type ShipRequestsInput struct {
	Body struct {
		Requests []ShippedRequest  `json:"requests" maxItems:"1000" nullable:"false"`
		Dropped  []DroppedRequests `doc:"What the edge left out." json:"dropped" maxItems:"1000" nullable:"false"`
	}
}

// ShippedRequest is one request to one deployment. One whose id is stored already is passed over.
type ShippedRequest struct {
	ID           uuid.UUID  `doc:"A UUIDv7 whose time is that at which the request began." json:"id"`
	DeploymentID uuid.UUID  `json:"deployment_id"`
	VMID         *uuid.UUID `doc:"Absent: no VM answered." json:"vm_id,omitempty"`
	Method       string     `json:"method" maxLength:"32"`
	Host         string     `json:"host" maxLength:"255"`
	Path         string     `doc:"Without its query." json:"path" maxLength:"1100"`
	Status       int        `json:"status" maximum:"999" minimum:"0"`
	DurationUS   int64      `doc:"Microseconds." json:"duration_us" maximum:"9007199254740991" minimum:"0"`
	FirstByteUS  int64      `doc:"Microseconds; 0: the answer never began." json:"first_byte_us" maximum:"9007199254740991" minimum:"0"`
	BytesOut     int64      `json:"bytes_out" maximum:"9007199254740991" minimum:"0"`
	Attempts     int        `json:"attempts" maximum:"1000000" minimum:"0"`
	Interrupted  bool       `json:"interrupted"`
	RequestID    string     `json:"request_id" maxLength:"128"`
}

// DroppedRequests are requests to one deployment that the edge left out. Those whose id is stored already are passed over.
type DroppedRequests struct {
	ID           uuid.UUID `doc:"A UUIDv7 whose time is that of the last of them." json:"id"`
	DeploymentID uuid.UUID `json:"deployment_id"`
	Count        int64     `json:"count" maximum:"9007199254740991" minimum:"1"`
}
