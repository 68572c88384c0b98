package api

import (
	"time"

	"github.com/google/uuid"
)

// Owner is a project or an organisation that something in the queue is for.
type Owner struct {
	ID   uuid.UUID `json:"id"`
	Slug string    `json:"slug"`
}

// QueueOutput is how full the queues are.
type QueueOutput struct {
	Body QueueOverview
}

// QueueOverview is how full the queues are.
type QueueOverview struct {
	Queues  []Queue        `json:"queues"  nullable:"false"`
	Waiting WaitingSummary `json:"waiting_without_job"`
	RiverUI string         `doc:"Path of River UI, which shows each job and can cancel it: for operators who are signed in with a browser." json:"river_ui"`
}

// Queue is how full one queue is. Each state is counted up to 10,000, which stands for that many or more.
type Queue struct {
	Name        string     `json:"name"`
	Slots       int        `doc:"How many of its jobs the workers that are in touch run at once."                   json:"slots"`
	Running     int        `json:"running"`
	Available   int        `doc:"Jobs that wait for a free slot."                                                   json:"available"`
	Retryable   int        `doc:"Jobs whose last attempt failed, and that wait for the next one."                   json:"retryable"`
	Scheduled   int        `doc:"Jobs that are to run later, such as those of steps that look again."               json:"scheduled"`
	OldestSince *time.Time `doc:"Since when the next available job waits for a free slot; absent: none waits."      json:"oldest_since,omitempty"`
	PausedAt    *time.Time `doc:"Since when workers take no job of it, since somebody paused it; absent: they do." json:"paused_at,omitempty"`
}

// WaitingSummary counts the deployments that wait without a job.
type WaitingSummary struct {
	Builds int `doc:"Those that wait until their organisation may build one more." json:"builds"`
	Quotas int `doc:"Those that wait until their organisation has enough of its quota left." json:"quotas"`
	Pins   int `doc:"Those that wait until their environment is unpinned." json:"pins"`
}

// ListQueueJobsInput asks for what runs and what waits.
//
//nolint:lll // One field a line, with its documentation.
type ListQueueJobsInput struct {
	Cursor string   `doc:"The next_cursor of the page before; left out: the first page." maxLength:"400" pattern:"^[A-Za-z0-9_-]+$" patternDescription:"the next_cursor of a page, as it is" query:"cursor"`
	Limit  int      `default:"50" doc:"How many items at the most." maximum:"200" minimum:"1" query:"limit"`
	State  []string `doc:"Only those in one of these states, separated by commas." enum:"running,available,retryable,scheduled" maxItems:"4" nullable:"false" query:"state"`
	Queue  string   `doc:"Only those of this queue." maxLength:"100" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"queue"`
}

// QueueJob is a job that runs or waits.
//
//nolint:lll // One field a line, with its documentation.
type QueueJob struct {
	ID             int64      `json:"id"`
	Kind           string     `doc:"What it does: deploy.NAME is that step of a deployment." json:"kind"`
	Queue          string     `json:"queue"`
	State          string     `doc:"available: it waits for a free slot; retryable: its last attempt failed; scheduled: it is to run later." enum:"running,available,retryable,scheduled" json:"state"`
	Attempt        int        `doc:"How often it was begun, with the jobs in whose place it stands."         json:"attempt"`
	Since          time.Time  `doc:"Since when it is in its state."                                          json:"since"`
	Worker         string     `doc:"The worker that runs it, or ran it last."                                json:"worker,omitempty"`
	Place          int        `doc:"Its place among the available jobs of its queue, from 1; absent for others." json:"place,omitempty"`
	NextTryAt      *time.Time `doc:"When it is tried next; absent for what runs and what waits for a slot."  json:"next_try_at,omitempty"`
	WaitingBecause string     `doc:"Why it waits, as a sentence."                                            json:"waiting_because,omitempty"`
	LastError      string     `doc:"The error of its last attempt, its first 1,000 characters."              json:"last_error,omitempty"`
	DeploymentID   *uuid.UUID `json:"deployment_id,omitempty"`
	EnvironmentID  *uuid.UUID `json:"environment_id,omitempty"`
	Project        *Owner     `json:"project,omitempty"`
	Organisation   *Owner     `json:"organisation,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
}

// WaitingDeployment is a deployment that waits without a job.
//
//nolint:lll // One field a line, with its documentation.
type WaitingDeployment struct {
	DeploymentID    uuid.UUID `json:"deployment_id"`
	WaitsFor        string    `doc:"build: its organisation builds as many as it may; quota: its organisation has not enough left; pin: its environment is pinned." enum:"build,quota,pin" json:"waits_for"`
	WaitingBecause  string    `doc:"Why it waits, as a sentence."                                       json:"waiting_because"`
	Place           int       `doc:"Its place among those of its organisation that wait for the same, from 1." json:"place"`
	Since           time.Time `json:"since"`
	Step            string    `doc:"The step that comes next."                                          json:"step"`
	Branch          string    `json:"branch"`
	EnvironmentID   uuid.UUID `json:"environment_id"`
	EnvironmentKind string    `enum:"production,preview" json:"environment_kind"`
	Project         Owner     `json:"project"`
	Organisation    Owner     `json:"organisation"`
}
