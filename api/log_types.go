package api

import (
	"time"

	"github.com/google/uuid"
)

// LogLine is one line that a build or a VM wrote.
//
//nolint:lll // One field a line, with its documentation.
type LogLine struct {
	ID           int64      `doc:"Grows within a log; give it as Last-Event-ID to go on behind it." json:"id"`
	DeploymentID uuid.UUID  `json:"deployment_id"`
	VMID         *uuid.UUID `doc:"Absent for build logs." json:"vm_id,omitempty"`
	Step         string     `doc:"Absent for runtime logs." json:"step,omitempty"`
	Stream       string     `doc:"system: a line of the platform about the app." enum:"stdout,stderr,system" json:"stream"`
	Line         string     `doc:"Without its newline. Lines over 16 KiB are cut, and say so. Of what a terminal obeys only colours (ESC [ … m) are left; other control characters have become pictures of themselves, such as ␇. HTML, and marks that change the direction of writing, are as they were written: show them as text." json:"line"`
	LoggedAt     time.Time  `doc:"When it was written." json:"logged_at"`

	Number  int32 `doc:"The line's number in the build log of its deployment: 1, 2, 3, without a gap. A number behind which the next one is missing tells that lines were too old to be kept. Absent for runtime logs." json:"number,omitempty"`
	Group   int32 `doc:"The number of the instruction of the build that wrote the line, in list-build-log-groups. Absent where none did." json:"group,omitempty"`
	Missing int32 `doc:"So many lines should stand here and were not kept, as the line tells: the build wrote more than is kept, or the platform lost them." json:"missing,omitempty"`

	Level     string         `doc:"Of runtime logs: the level that the line has, as far as it can be told. JSON lines have it in level, severity or lvl, also as a number as pino writes it; other lines as level=…, or at their beginning. Absent where it cannot be told; that a line is of stderr tells nothing." enum:"trace,debug,info,warn,error,fatal" json:"level,omitempty"`
	Message   string         `doc:"Of runtime logs: the message or msg of a line that is a JSON object." json:"message,omitempty"`
	Fields    map[string]any `doc:"Of runtime logs: the object of a line that is a JSON object, bounded to 100 values, four levels and 2 KiB of each text." json:"fields,omitempty"`
	FieldsCut bool           `doc:"The line has more than fields has; … stands for what is left out in it." json:"fields_cut,omitempty"`
}

// LogFilterInput chooses lines of a log.
//
//nolint:lll // One field a line, with its documentation.
type LogFilterInput struct {
	Q     string    `doc:"Only lines that hold all of these words, whether in upper or in lower case. \"…\" stands for words as they stand together, -word or -\"…\" for what is not to be in the line, and /…/ for a regular expression (RE2; /…/i minds no case). Colours are no part of a line." maxLength:"500" query:"q"`
	Since time.Time `doc:"Only lines that were written then or later. Those that a node delivered more than a minute late, because it was cut off, may be missing." query:"since"`
	Until time.Time `doc:"Only lines that were written before that. Those that a node delivered more than a minute late may be missing." query:"until"`
}

// RuntimeFilterInput chooses lines of a runtime log by what wrote them and how grave they are.
//
//nolint:lll // One field a line, with its documentation.
type RuntimeFilterInput struct {
	Level  []string `doc:"Only lines of one of these levels, separated by commas; none: those whose level cannot be told." enum:"trace,debug,info,warn,error,fatal,none" maxItems:"7" nullable:"false" query:"level"`
	Stream []string `doc:"Only lines of one of these streams, separated by commas." enum:"stdout,stderr,system" maxItems:"3" nullable:"false" query:"stream"`
	VMFilterInput
}

// VMFilterInput chooses lines of a log by the VM that wrote them.
type VMFilterInput struct {
	VMID uuid.UUID `doc:"Only lines of this VM." query:"vm_id"`
}

// LoggedDeploymentFilter chooses lines of a project's log by the deployment whose VMs wrote them.
type LoggedDeploymentFilter struct {
	DeploymentID uuid.UUID `doc:"Only lines of this deployment, which may be older than the newest 100." query:"deployment_id"`
}

// FromLineInput names a line of a build log by its number.
type FromLineInput struct {
	From int32 `doc:"Begin with the line that has this number." maximum:"2147483647" minimum:"1" query:"from"`
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
	FromLineInput
	LogPageInput
	LogFilterInput
}

// ListRuntimeLogsInput asks for lines of the log of a deployment.
type ListRuntimeLogsInput struct {
	DeploymentPath
	LogPageInput
	LogFilterInput
	RuntimeFilterInput
}

// ListProjectLogsInput asks for lines of the log of a project.
type ListProjectLogsInput struct {
	ProjectPath
	LogPageInput
	LogFilterInput
	RuntimeFilterInput
	EnvironmentFilter
	LoggedDeploymentFilter
}

// LogPage is a part of a log.
//
//nolint:lll // One field a line, with its documentation.
type LogPage struct {
	Items      []LogLine `doc:"Oldest first." json:"items" nullable:"false"`
	NextAfter  int64     `doc:"Give it as after to read on; absent at the end of the log, and where the newest lines were asked for." json:"next_after,omitempty"`
	NextBefore int64     `doc:"Give it as before to read older lines; absent at the beginning, and where the newest lines were not asked for." json:"next_before,omitempty"`

	Scanned   int64      `doc:"How many lines this request has looked at." json:"scanned"`
	ScannedTo *time.Time `doc:"Where the request has stopped before it found as many lines as it may, as it has looked at enough: when the last line was written that it has looked at. next_after or next_before goes on there." json:"scanned_to,omitempty"`

	Log *BuildLogExtent `doc:"Of build logs alone." json:"log,omitempty"`
}

// BuildLogExtent says what a build log has, whatever part of it was asked for.
type BuildLogExtent struct {
	FirstLine int32             `doc:"The number of the first line that is kept; above 1 where older ones were deleted. 0 for an empty log." json:"first_line"`
	Total     int32             `doc:"The number of the last line, so far: how many lines the log has had." json:"total"`
	Missing   []MissingLogLines `doc:"Where lines were not kept, the first 1,000 such places." json:"missing" nullable:"false"`
}

// MissingLogLines is a place in a build log at which lines were not kept.
type MissingLogLines struct {
	Number int32 `doc:"The line that tells of it, which stands in their place." json:"number"`
	Lines  int32 `doc:"How many they are." json:"lines"`
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
	FromLineInput
	FollowInput
	LogFilterInput
}

// StreamRuntimeLogsInput asks for the stream of a deployment's log.
type StreamRuntimeLogsInput struct {
	DeploymentPath
	FollowInput
	LogFilterInput
	RuntimeFilterInput
}

// StreamProjectLogsInput asks for the stream of a project's log.
type StreamProjectLogsInput struct {
	ProjectPath
	FollowInput
	LogFilterInput
	RuntimeFilterInput
	EnvironmentFilter
	LoggedDeploymentFilter
}

// StreamEnd is the last event of a log stream that will not grow any more.
type StreamEnd struct {
	State string `doc:"The state of the deployment." enum:"live,failed,cancelled,superseded,retired" json:"state"`
}
