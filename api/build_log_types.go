package api

import (
	"time"
)

// SearchBuildLogInput asks which lines of a build log have something.
type SearchBuildLogInput struct {
	DeploymentPath
	FromLineInput
	Q     string `doc:"What the lines are to have, as in list-build-logs." maxLength:"500" minLength:"1" query:"q" required:"true"`
	Limit int    `default:"10000" doc:"How many numbers of lines at the most." maximum:"10000" minimum:"1" query:"limit"`
}

// BuildLogMatches are the lines of a build log that a search has found.
//
//nolint:lll // One field a line, with its documentation.
type BuildLogMatches struct {
	Lines    []int32 `doc:"The numbers of the first lines found, in their order." json:"lines" nullable:"false"`
	Total    int64   `doc:"How many lines were found, also beyond limit." json:"total"`
	Scanned  int64   `doc:"How many lines were looked at." json:"scanned"`
	NextFrom int32   `doc:"Where the request has looked at enough before the end of the log: give it as from to search on. Absent where all lines were looked at." json:"next_from,omitempty"`
}

// SearchBuildLogOutput is what a search has found.
type SearchBuildLogOutput struct{ Body BuildLogMatches }

// ListBuildLogGroupsInput asks for the instructions of a build.
type ListBuildLogGroupsInput struct {
	DeploymentPath
	After int32 `doc:"Only groups with a greater number." maximum:"2147483647" minimum:"0" query:"after"`
	Limit int   `default:"1000" doc:"How many groups at the most." maximum:"1000" minimum:"1" query:"limit"`
}

// BuildLogGroup is one instruction of a build, with the lines that it wrote.
//
//nolint:lll // One field a line, with its documentation.
type BuildLogGroup struct {
	Number     int32          `doc:"Counts the instructions of the deployment's builds in the order in which they began." json:"number"`
	Name       string         `doc:"As BuildKit calls it, such as [2/4] RUN npm ci." json:"name"`
	State      string         `doc:"cached: it did not run, as what it makes was there. cancelled: it was cut off." enum:"running,done,cached,failed,cancelled" json:"state"`
	Error      string         `doc:"Why it failed; absent where it has not." json:"error,omitempty"`
	Attempt    int32          `doc:"The attempt at the build that it is of." json:"attempt"`
	StartedAt  time.Time      `json:"started_at"`
	EndedAt    *time.Time     `doc:"Absent while it runs." json:"ended_at,omitempty"`
	DurationMS int64          `doc:"Milliseconds that it took; while it runs, absent." json:"duration_ms,omitempty"`
	FirstLine  int32          `doc:"The number of its first line; 0 where no line of it was kept." json:"first_line"`
	LastLine   int32          `doc:"The number of its last line, so far." json:"last_line"`
	Lines      int64          `doc:"How many lines it has. Fewer than there are from first_line to last_line where instructions ran at once." json:"lines"`
	Ranges     []LogLineRange `doc:"Its lines: one range, or several where instructions ran at once." json:"ranges" nullable:"false"`
	RangesCut  bool           `doc:"It has more ranges, which are left out: one answer has 10,000 at the most." json:"ranges_cut,omitempty"`
}

// LogLineRange is lines of a build log that stand together.
type LogLineRange struct {
	First int32 `doc:"The number of the first line." json:"first"`
	Last  int32 `doc:"The number of the last line."  json:"last"`
}

// BuildLogGroups is a page of the instructions of a build.
type BuildLogGroups struct {
	Items     []BuildLogGroup `doc:"In the order in which they began."                                 json:"items"               nullable:"false"`
	NextAfter int32           `doc:"Give it as after to get the next page; absent on the last one." json:"next_after,omitempty"`
}

// ListBuildLogGroupsOutput is a page of the instructions of a build.
type ListBuildLogGroupsOutput struct{ Body BuildLogGroups }

// DownloadBuildLogInput asks for a build log as text.
type DownloadBuildLogInput struct {
	DeploymentPath
	ANSI bool `default:"true" doc:"false: without colours." query:"ansi"`
}
