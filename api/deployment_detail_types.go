package api

import (
	"time"

	"github.com/google/uuid"
)

// Waiting says what a deployment waits for.
//
//nolint:lll // One field a line, with its documentation.
type Waiting struct {
	For     string        `doc:"build_turn: until the organisation may build one more; quota: until it may run more; unpin: until its environment is unpinned; worker: until a worker takes its job; retry: until the step is tried again; step: for what the running step says." enum:"build_turn,quota,unpin,worker,retry,step" json:"for"`
	Message string        `doc:"What it waits for, as a sentence." json:"message"`
	Since   *time.Time    `doc:"Absent where that is not known."   json:"since,omitempty"`
	Place   *QueuePlace   `doc:"Absent where it stands in no queue." json:"place,omitempty"`
	Limit   *WaitingLimit `doc:"The quota of the organisation that holds it; absent: none does." json:"limit,omitempty"`
}

// QueuePlace is where a deployment stands among those of its organisation that wait for the same. How many jobs of others wait is for operators to see.
//
//nolint:lll // One field a line, with its documentation.
type QueuePlace struct {
	Queue        string `doc:"builds: those that wait for their turn to be built; quota: those that wait for room in the organisation's quotas; any other: the platform's queue of that name." json:"queue"`
	Position     int    `doc:"Among those of the organisation; 1: the next of them." json:"position"`
	Length       int    `doc:"How many of the organisation wait there, this one included." json:"length"`
	OthersBefore bool   `doc:"Whether other jobs of the platform are before it, whosever they are." json:"others_before"`
}

// WaitingLimit is the quota that holds a deployment.
type WaitingLimit struct {
	Name  string `doc:"As in get-organisation-quotas." enum:"builds,instances,cpu_millis,memory_bytes" json:"name"`
	Limit int64  `json:"limit"`
	Used  int64  `json:"used"`
}

// DeploymentActor is who started a deployment.
//
//nolint:lll // One field a line, with its documentation.
type DeploymentActor struct {
	Kind  string     `doc:"user: a person; token: a token of the organisation; push: a push that was seen, which nobody asked the platform for; platform: somebody on its own machine." enum:"user,token,push,platform" json:"kind"`
	ID    *uuid.UUID `doc:"Of the user or token; absent for others." json:"id,omitempty"`
	Name  string     `doc:"The user's or token's; for a push the author of its commit, as soon as that is known." json:"name,omitempty"`
	Login string     `doc:"The user's login at GitHub, where one is tied; of the push of a pull request the login of its author." json:"login,omitempty"`
}

// DeploymentPullRequest is the pull request that a deployment is a preview of.
type DeploymentPullRequest struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Author string `doc:"The author's login." json:"author"`
	URL    string `doc:"Its page on GitHub." json:"url"`
}

// DeploymentOrigin is the deployment that another one repeats.
type DeploymentOrigin struct {
	ID            uuid.UUID `json:"id"`
	Environment   string    `doc:"The slug of its environment." json:"environment"`
	State         string    `enum:"queued,deploying,live,failed,cancelled,superseded,retired" json:"state"`
	CommitSHA     string    `json:"commit_sha,omitempty"`
	CommitMessage string    `json:"commit_message,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
}

// DeploymentAction is what the caller may or may not do with a deployment now.
//
//nolint:lll // One field a line, with its documentation.
type DeploymentAction struct {
	Action  string `doc:"The operation of that name; promote and restart: promote-deployment and restart-deployment." enum:"cancel,redeploy,rollback,promote,restart" json:"action"`
	Allowed bool   `doc:"Whether the operation would succeed as far as can be told before." json:"allowed"`
	Reason  string `doc:"Why not, as a sentence; absent where it is allowed." json:"reason,omitempty"`
	Effect  string `doc:"What it does, in sentences." json:"effect"`
}
