package api

import (
	"time"

	"github.com/google/uuid"
)

// NodeVM is a VM on a node, with what it is for.
//
//nolint:lll // One field a line, with its documentation.
type NodeVM struct {
	ID              uuid.UUID  `json:"id"`
	Kind            string     `doc:"release: what runs the release command." enum:"app,release" json:"kind"`
	State           string     `doc:"What the node reports." enum:"pending,pulling,starting,running,healthy,unhealthy,crashed,exited,stopping,removed,failed" json:"state"`
	DesiredState    string     `doc:"What the platform wants; draining: it runs on without new requests." enum:"running,draining,stopped" json:"desired_state"`
	Message         string     `json:"message,omitempty"`
	ExitCode        *int       `doc:"How it ended the last time." json:"exit_code,omitempty"`
	Restarts        int        `json:"restarts"`
	Address         string     `doc:"Where edges reach it; without a port for a release command." example:"10.77.1.5:8080" json:"address"`
	CPUMillis       int        `json:"cpu_millis"`
	MemoryBytes     int64      `json:"memory_bytes"`
	DeploymentID    uuid.UUID  `json:"deployment_id"`
	DeploymentState string     `enum:"queued,deploying,live,failed,cancelled,superseded,retired" json:"deployment_state"`
	Branch          string     `json:"branch"`
	EnvironmentID   uuid.UUID  `json:"environment_id"`
	EnvironmentKind string     `enum:"production,preview" json:"environment_kind"`
	Project         Owner      `json:"project"`
	Organisation    Owner      `json:"organisation"`
	StartedAt       *time.Time `doc:"When the node first reported that it ran." json:"started_at,omitempty"`
	HealthyAt       *time.Time `doc:"When it was first healthy." json:"healthy_at,omitempty"`
	CreatedAt       time.Time  `json:"created_at"`

	ReplacementNode  string `doc:"The node of the VM that is to take its place; absent while there is none." json:"replacement_node,omitempty"`
	ReplacementState string `doc:"What that node reports of it." enum:"pending,pulling,starting,running,healthy,unhealthy,crashed,exited,stopping,removed,failed" json:"replacement_state,omitempty"`
}

// ListNodeVMsInput asks for the VMs of one node.
type ListNodeVMsInput struct {
	NodePath
	LongPageInput
}
