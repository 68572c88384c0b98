package api

import (
	"time"

	"github.com/google/uuid"
)

// Deployment is one version of a project, from the commit until its VMs are gone.
//
//nolint:lll // One field a line, with its documentation.
type Deployment struct {
	ID            uuid.UUID        `json:"id"`
	ProjectID     uuid.UUID        `json:"project_id"`
	EnvironmentID uuid.UUID        `json:"environment_id"`
	Environment   string           `doc:"The slug of its environment: production, or that of a preview."          json:"environment"`
	State         string           `enum:"queued,deploying,live,failed,cancelled,superseded,retired"              json:"state"`
	Step          string           `doc:"The step that the chain stands at."                                      enum:"clone,detect,build,push,release,schedule,health_check,flip_route" json:"step"`
	Trigger       string           `enum:"push,manual,redeploy,rollback,promote,restore"                                  json:"trigger"`
	OriginID      *uuid.UUID       `doc:"The deployment that this one repeats."                                   json:"origin_id,omitempty"`
	Branch        string           `json:"branch"`
	CommitSHA     string           `json:"commit_sha,omitempty"`
	CommitMessage string           `json:"commit_message,omitempty"`
	CommitAuthor  string           `json:"commit_author,omitempty"`
	BuildPlan     *BuildPlan       `doc:"What detection found and decided; absent until then."                                       json:"build_plan,omitempty"`
	ImageDigest   string           `json:"image_digest,omitempty"`
	URL           string           `doc:"Where its environment answers."                                          json:"url"`
	DeploymentURL string           `doc:"Where this deployment alone answers, from when it was live on for as long as its image is kept; it sleeps while none of its VMs runs." json:"deployment_url,omitempty"`
	Error         *DeploymentError `json:"error,omitempty"`
	Timeline      []StepAttempt    `doc:"Absent in lists."                                                        json:"timeline,omitempty"`
	VMs           []VM             `doc:"Absent in lists."                                                        json:"vms,omitempty"`
	CreatedAt     time.Time        `json:"created_at"`
	StartedAt     *time.Time       `json:"started_at,omitempty"`
	Actor         *DeploymentActor `doc:"Who started it." json:"actor,omitempty"`
	CommitURL     string           `doc:"The commit's page on GitHub; absent where the repository is elsewhere." json:"commit_url,omitempty"`
	HeldAt        *time.Time       `doc:"Since when it waits for its environment to be unpinned; absent: not." json:"held_at,omitempty"`
	EndedAt       *time.Time       `doc:"When it became live, failed, cancelled or superseded."                   json:"ended_at,omitempty"`

	PullRequest *DeploymentPullRequest `doc:"The pull request that it is a preview of; absent: none." json:"pull_request,omitempty"`
	Origin      *DeploymentOrigin      `doc:"The deployment that this one repeats. Absent in lists." json:"origin,omitempty"`
	Waiting     *Waiting               `doc:"What it waits for now; absent: nothing. Absent in lists." json:"waiting,omitempty"`
	Actions     []DeploymentAction     `doc:"What you may do with it now, and what that would do. Absent in lists." json:"actions,omitempty"`
}

// DeploymentError says why a deployment failed.
//
//nolint:lll // One field a line, with its documentation.
type DeploymentError struct {
	Code    string `doc:"Whose move it is; invalid: change the app or its settings." enum:"conflict,forbidden,internal,invalid,not_found,unauthorized,unavailable" json:"code"`
	Message string `doc:"What happened and what to do, as sentences of the platform." json:"message"`

	Step    string   `doc:"The step that failed." json:"step"`
	Summary string   `doc:"What happened, as a sentence: the beginning of the message." json:"summary"`
	Hint    string   `doc:"What to do, in sentences; absent where the message does not say." json:"hint,omitempty"`
	File    string   `doc:"The file of the repository that it is about; absent where there is none." json:"file,omitempty"`
	Line    int      `doc:"Where in that file; absent where that is not known." json:"line,omitempty"`
	Output  []string `doc:"The last lines that the build or the app wrote, at most 20, as they may be shown. In lists only those of the app." json:"output,omitempty" nullable:"false"`
}

// StepAttempt is one attempt of a step.
type StepAttempt struct {
	Step       string     `doc:"One of those that the deployment's step can be." json:"step"`
	Attempt    int        `json:"attempt"`
	State      string     `enum:"running,succeeded,failed,retrying,cancelled,held"      json:"state"`
	Worker     string     `doc:"The worker that ran it; empty for one that waited without a worker." json:"worker"`
	Host       string     `doc:"The machine of that worker, by the name that the worker was given." json:"host,omitempty"`
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
	Node     string    `doc:"The name of the node that it is on."     json:"node"`
	Region   string    `json:"region"`
	Message  string    `doc:"What its node said of it last."          json:"message,omitempty"`
	ExitCode *int      `doc:"How it ended the last time."             json:"exit_code,omitempty"`
	Restarts int       `json:"restarts"`

	Desired     string     `doc:"What it is to do: run and get requests, run without new ones, or stop." enum:"running,draining,stopped" json:"desired"`
	CPUMillis   int        `doc:"Its processor time, in thousandths of a core."                         json:"cpu_millis"`
	MemoryBytes int64      `json:"memory_bytes"`
	CreatedAt   time.Time  `json:"created_at"`
	StartedAt   *time.Time `doc:"When its node first said that it ran."                                 json:"started_at,omitempty"`
	HealthyAt   *time.Time `doc:"When it was first healthy."                                            json:"healthy_at,omitempty"`
	RemovedAt   *time.Time `doc:"When nothing of it was left."                                          json:"removed_at,omitempty"`
	Replaces    *uuid.UUID `doc:"The VM that leaves once this one is healthy."                          json:"replaces,omitempty"`
}

// DeploymentPath names one deployment.
type DeploymentPath struct {
	DeploymentID uuid.UUID `path:"deployment_id"`
}

// ListDeploymentsInput asks for the deployments of one project.
//
//nolint:lll // One field a line, with its documentation.
type ListDeploymentsInput struct {
	ProjectPath
	PageInput
	EnvironmentFilter

	State   []string `doc:"Only those in one of these states, separated by commas." enum:"queued,deploying,live,failed,cancelled,superseded,retired" maxItems:"7" nullable:"false" query:"state"`
	Trigger string   `doc:"Only those that were started so." enum:"push,manual,redeploy,rollback,promote,restore" query:"trigger"`
	Branch  string   `doc:"Only those of this branch." maxLength:"255" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"branch"`
	Commit  string   `doc:"Only those of the commits whose hash begins so." pattern:"^[0-9a-f]{4,64}$" patternDescription:"the first 4 to 64 hexadecimal digits of a commit's hash, in lower case" query:"commit"`
	Text    string   `doc:"Only those whose commit message holds this text, in any case." maxLength:"200" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"text"`
	Author  string   `doc:"Only those whose commit's author holds this text, in any case." maxLength:"200" pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"author"`
}

// CreateDeploymentInput deploys a commit of a project.
//
//nolint:lll // One field a line, with its documentation.
type CreateDeploymentInput struct {
	ProjectPath
	IdempotencyInput

	Body struct {
		EnvironmentID *uuid.UUID `doc:"Left out: that of the branch." json:"environment_id,omitempty"`
		Branch        string     `doc:"Left out: the environment's branch, or the project's. Another one than the project's is deployed to its preview, which is made where the project has previews." json:"branch,omitempty" maxLength:"255"`
		Preview       bool       `doc:"Make the preview of the branch although the project has no previews." json:"preview,omitempty"`
		Commit        string     `doc:"Full hash of a commit in the repository. Left out: the branch's newest." json:"commit,omitempty" pattern:"^([0-9a-f]{40}|[0-9a-f]{64})$" patternDescription:"the full hash of a commit, 40 or 64 hexadecimal digits in lower case"`
	}
}

// RepeatDeploymentInput redeploys a deployment, or rolls back to it.
type RepeatDeploymentInput struct {
	DeploymentPath
	IdempotencyInput
}

// DeploymentOutput is one deployment.
type DeploymentOutput struct{ Body Deployment }

// StreamInput asks for the event stream of a deployment.
type StreamInput struct {
	DeploymentPath

	LastEventID string `doc:"Passed over: each event holds the whole deployment." header:"Last-Event-ID"`
	Follow      bool   `default:"true" doc:"false: end the stream behind what there is now." query:"follow"`
}
