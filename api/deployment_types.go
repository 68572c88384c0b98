package api

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Deployment is one version of a project, from the commit until its VMs are gone.
//
//nolint:lll // One field a line, with its documentation.
type Deployment struct {
	ID            uuid.UUID        `json:"id"`
	ProjectID     uuid.UUID        `json:"project_id"`
	State         string           `enum:"queued,deploying,live,failed,cancelled,superseded,retired"              json:"state"`
	Step          string           `doc:"The step that the chain stands at."                                      enum:"clone,detect,build,push,release,schedule,health_check,flip_route" json:"step"`
	Trigger       string           `enum:"push,manual,redeploy,rollback"                                          json:"trigger"`
	OriginID      *uuid.UUID       `doc:"The deployment that this one repeats."                                   json:"origin_id,omitempty"`
	Branch        string           `json:"branch"`
	CommitSHA     string           `json:"commit_sha,omitempty"`
	CommitMessage string           `json:"commit_message,omitempty"`
	CommitAuthor  string           `json:"commit_author,omitempty"`
	BuildPlan     json.RawMessage  `doc:"What detection found and decided."                                       json:"build_plan,omitempty"`
	ImageDigest   string           `json:"image_digest,omitempty"`
	URL           string           `json:"url"`
	Error         *DeploymentError `json:"error,omitempty"`
	Timeline      []StepAttempt    `doc:"Absent in lists."                                                        json:"timeline,omitempty"`
	VMs           []VM             `doc:"Absent in lists."                                                        json:"vms,omitempty"`
	CreatedAt     time.Time        `json:"created_at"`
	StartedAt     *time.Time       `json:"started_at,omitempty"`
	HeldAt        *time.Time       `doc:"Since when it waits for its project to be unpinned; absent: not." json:"held_at,omitempty"`
	EndedAt       *time.Time       `doc:"When it became live, failed, cancelled or superseded."                   json:"ended_at,omitempty"`
}

// DeploymentError says why a deployment failed.
type DeploymentError struct {
	Code    string `json:"code"`
	Message string `doc:"What happened and what to do." json:"message"`
}

// StepAttempt is one attempt of a step.
type StepAttempt struct {
	Step       string     `json:"step"`
	Attempt    int        `json:"attempt"`
	State      string     `enum:"running,succeeded,failed,retrying,cancelled,held"      json:"state"`
	Worker     string     `doc:"The worker that ran it."                                json:"worker"`
	WaitingFor string     `doc:"What it waits for, as a sentence."                      json:"waiting_for,omitempty"`
	Error      string     `json:"error,omitempty"`
	StartedAt  time.Time  `json:"started_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
}

// VM is one running copy of a deployment, or the VM of its release command.
type VM struct {
	ID       uuid.UUID `json:"id"`
	Kind     string    `doc:"release: what runs the release command." enum:"app,release" json:"kind"`
	State    string    `enum:"pending,pulling,starting,running,healthy,unhealthy,crashed,exited,stopping,removed,failed" json:"state"`
	Region   string    `json:"region"`
	Message  string    `json:"message,omitempty"`
	ExitCode *int      `doc:"How it ended the last time."             json:"exit_code,omitempty"`
	Restarts int       `json:"restarts"`
}

// DeploymentPath names one deployment.
type DeploymentPath struct {
	DeploymentID uuid.UUID `path:"deployment_id"`
}

// ListDeploymentsInput asks for the deployments of one project.
type ListDeploymentsInput struct {
	ProjectPath
	PageInput
}

// CreateDeploymentInput deploys a commit of a project.
type CreateDeploymentInput struct {
	ProjectPath
	IdempotencyInput

	Body struct {
		Branch string `doc:"Left out: the project's branch."                                json:"branch,omitempty" maxLength:"255"`
		Commit string `doc:"Full hash of a commit in the repository. Left out: the branch's newest." json:"commit,omitempty" pattern:"^[0-9a-f]{40}$"`
	}
}

// RepeatDeploymentInput redeploys a deployment, or rolls back to it.
type RepeatDeploymentInput struct {
	DeploymentPath
	IdempotencyInput
}

// DeploymentOutput is one deployment.
type DeploymentOutput struct{ Body Deployment }

// LogLine is one line that a build or a VM wrote.
type LogLine struct {
	ID       int64      `doc:"Grows within a deployment; give it as Last-Event-ID to go on behind it." json:"id"`
	VMID     *uuid.UUID `doc:"Absent for build logs."                                                  json:"vm_id,omitempty"`
	Step     string     `doc:"Absent for runtime logs."                                                json:"step,omitempty"`
	Stream   string     `enum:"stdout,stderr,system"                                                   json:"stream"`
	Line     string     `doc:"Without its newline. Lines over 16 KiB are cut, and say so."             json:"line"`
	LoggedAt time.Time  `json:"logged_at"`
}

// ListLogsInput asks for log lines, oldest first.
type ListLogsInput struct {
	DeploymentPath

	After int64 `doc:"Only lines with a greater id." query:"after"`
	Limit int   `default:"1000" maximum:"5000" minimum:"1" query:"limit"`
}

// ListLogsOutput are log lines, oldest first.
type ListLogsOutput struct {
	Body struct {
		Items []LogLine `json:"items" nullable:"false"`
	}
}

// StreamInput asks for an event stream.
type StreamInput struct {
	DeploymentPath

	LastEventID string `doc:"Go on behind this event." header:"Last-Event-ID"`
	Follow      bool   `default:"true" doc:"false: end the stream behind what there is now." query:"follow"`
}

// StreamEnd is the last event of a log stream that will not grow any more.
type StreamEnd struct {
	State string `doc:"The state of the deployment." json:"state"`
}
