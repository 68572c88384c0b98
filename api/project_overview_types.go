package api

import (
	"time"

	"github.com/google/uuid"
)

// ProjectOverview is how the production of a project is.
type ProjectOverview struct {
	Live        *DeploymentSummary `doc:"What is live; absent: nothing."                                     json:"live,omitempty"`
	Newest      *DeploymentSummary `doc:"The newest deployment, whatever became of it; absent: there is none." json:"newest,omitempty"`
	Instances   InstanceCount      `doc:"Those of what is live."                                             json:"instances"`
	AsleepSince *time.Time         `doc:"Since when it sleeps, with no instances, until the next request; absent: it does not." json:"asleep_since,omitempty"`
	Previews    int                `doc:"How many previews the project has."                                 json:"previews"`
}

// DeploymentSummary is what lists of projects tell of a deployment.
type DeploymentSummary struct {
	ID            uuid.UUID  `json:"id"`
	State         string     `enum:"queued,deploying,live,failed,cancelled,superseded,retired" json:"state"`
	Step          string     `doc:"The step that the chain stands at." json:"step"`
	Trigger       string     `enum:"push,manual,redeploy,rollback,promote,restore" json:"trigger"`
	Branch        string     `json:"branch"`
	CommitSHA     string     `json:"commit_sha,omitempty"`
	CommitMessage string     `json:"commit_message,omitempty"`
	CommitAuthor  string     `json:"commit_author,omitempty"`
	CreatedAt     time.Time  `json:"created_at"`
	EndedAt       *time.Time `doc:"When it became live, failed, cancelled or superseded." json:"ended_at,omitempty"`
}

// InstanceCount counts the instances of a deployment.
type InstanceCount struct {
	Healthy int `json:"healthy"`
	Wanted  int `doc:"How many the project asks for; 0 while nothing is live." json:"wanted"`
}
