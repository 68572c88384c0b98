package api

import (
	"time"

	"github.com/google/uuid"
)

// LogLine is one line that a build or a VM wrote.
type LogLine struct {
	ID           int64      `doc:"Grows within a log; give it as Last-Event-ID to go on behind it." json:"id"`
	DeploymentID uuid.UUID  `json:"deployment_id"`
	VMID         *uuid.UUID `doc:"Absent for build logs."                                           json:"vm_id,omitempty"`
	Step         string     `doc:"Absent for runtime logs."                                         json:"step,omitempty"`
	Stream       string     `doc:"system: a line of the platform about the app." enum:"stdout,stderr,system" json:"stream"`
	Line         string     `doc:"Without its newline. Lines over 16 KiB are cut, and say so."      json:"line"`
	LoggedAt     time.Time  `doc:"When it was written."                                             json:"logged_at"`
}

// LogFilterInput chooses lines of a log.
//
//nolint:lll // One field a line, with its documentation.
type LogFilterInput struct {
	Q     string    `doc:"Only lines that hold this text, whether in upper or in lower case." maxLength:"200" query:"q"`
	Since time.Time `doc:"Only lines that were written then or later. Those that a node delivered more than a minute late, because it was cut off, may be missing." query:"since"`
}

// VMFilterInput chooses lines of a log by the VM that wrote them.
type VMFilterInput struct {
	VMID uuid.UUID `doc:"Only lines of this VM." query:"vm_id"`
}

// LogPageInput says which part of a log to read.
type LogPageInput struct {
	After  int64 `doc:"Only lines with a greater id." maximum:"9007199254740991" minimum:"0" query:"after"`
	Before int64 `doc:"Only lines with a lower id: the newest of them." maximum:"9007199254740991" minimum:"1" query:"before"`
	Tail   int   `doc:"The newest lines, that many; it takes the place of limit." maximum:"5000" minimum:"1" query:"tail"`
	Limit  int   `default:"1000" doc:"How many lines at the most." maximum:"5000" minimum:"1" query:"limit"`
}

// ListBuildLogsInput asks for lines of a build log.
type ListBuildLogsInput struct {
	DeploymentPath
	LogPageInput
	LogFilterInput
}

// ListRuntimeLogsInput asks for lines of the log of a deployment.
type ListRuntimeLogsInput struct {
	DeploymentPath
	LogPageInput
	LogFilterInput
	VMFilterInput
}

// ListProjectLogsInput asks for lines of the log of a project.
type ListProjectLogsInput struct {
	ProjectPath
	LogPageInput
	LogFilterInput
	VMFilterInput
	EnvironmentFilter
}

// LogPage is a part of a log.
//
//nolint:lll // One field a line, with its documentation.
type LogPage struct {
	Items      []LogLine `doc:"Oldest first." json:"items" nullable:"false"`
	NextAfter  int64     `doc:"Give it as after to read on; absent at the end of the log, and where the newest lines were asked for." json:"next_after,omitempty"`
	NextBefore int64     `doc:"Give it as before to read older lines; absent at the beginning, and where the newest lines were not asked for." json:"next_before,omitempty"`
}

// ListLogsOutput is a part of a log.
type ListLogsOutput struct{ Body LogPage }

// FollowInput says where the stream of a log begins, and whether it ends.
//
//nolint:lll // One field a line, with its documentation.
type FollowInput struct {
	LastEventID string `doc:"Go on behind this event; tail and since no longer count." header:"Last-Event-ID" pattern:"^[0-9]{0,15}$" patternDescription:"the id of an event of this stream"`
	Tail        int    `default:"-1" doc:"Begin with the newest lines, that many; -1: with the oldest." maximum:"5000" minimum:"-1" query:"tail"`
	Follow      bool   `default:"true" doc:"false: end the stream behind what there is now." query:"follow"`
}

// StreamBuildLogsInput asks for the stream of a build log.
type StreamBuildLogsInput struct {
	DeploymentPath
	FollowInput
	LogFilterInput
}

// StreamRuntimeLogsInput asks for the stream of a deployment's log.
type StreamRuntimeLogsInput struct {
	DeploymentPath
	FollowInput
	LogFilterInput
	VMFilterInput
}

// StreamProjectLogsInput asks for the stream of a project's log.
type StreamProjectLogsInput struct {
	ProjectPath
	FollowInput
	LogFilterInput
	VMFilterInput
	EnvironmentFilter
}

// StreamEnd is the last event of a log stream that will not grow any more.
type StreamEnd struct {
	State string `doc:"The state of the deployment." enum:"live,failed,cancelled,superseded,retired" json:"state"`
}
