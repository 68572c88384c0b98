package api

import (
	"time"

	"github.com/google/uuid"
)

// Node is a machine that runs VMs.
type Node struct {
	ID          uuid.UUID  `json:"id"`
	Name        string     `json:"name"`
	Region      string     `json:"region"`
	Prefix      string     `doc:"The node's part of the cluster's address range."  example:"10.77.1.0/24" json:"prefix"`
	State       string     `enum:"ready,draining"                                   json:"state"`
	Runtime     string     `doc:"The containerd runtime handler that runs its VMs." json:"runtime"`
	Version     string     `json:"version"`
	CPUMillis   int        `json:"cpu_millis"`
	MemoryBytes int64      `json:"memory_bytes"`
	CPUShares   int        `doc:"Thousandths of a core that it gives away: its processors are shared, its memory is not." json:"cpu_share_millis"`
	CPUHeld     int        `doc:"Of these, what its VMs hold."                      json:"cpu_held_millis"`
	MemoryHeld  int64      `doc:"Of its memory, what its VMs hold."                 json:"memory_held_bytes"`
	VMs         int        `doc:"How many VMs are assigned to it."                  json:"vms"`
	LastSeenAt  *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
}

// NodePath names one node.
type NodePath struct {
	NodeID uuid.UUID `path:"node_id"`
}

// CreateNodeInput makes a node; its agent signs in with the token of the answer.
//
//nolint:lll // One field a line, with its documentation.
type CreateNodeInput struct {
	Body struct {
		Name   string `json:"name"   maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
		Region string `json:"region" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	}
}

// NewNodeOutput is a node together with its token.
type NewNodeOutput struct {
	Body struct {
		Node  Node   `json:"node"`
		Token string `doc:"Give it to the agent as ZEITWORK_NODE_TOKEN. It is shown this once." json:"token"`
	}
}

// UpdateNodeInput drains a node or makes it ready again.
type UpdateNodeInput struct {
	NodePath

	Body struct {
		State string `enum:"ready,draining" json:"state"`
	}
}

// NodeOutput is one node.
type NodeOutput struct{ Body Node }

// Edge is a machine that receives the users' requests.
type Edge struct {
	ID                  uuid.UUID  `json:"id"`
	Name                string     `json:"name"`
	Region              string     `json:"region"`
	AcknowledgedVersion int64      `doc:"Version of the route table that it serves from." json:"acknowledged_version"`
	LastSeenAt          *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt           time.Time  `json:"created_at"`
}

// EdgePath names one edge.
type EdgePath struct {
	EdgeID uuid.UUID `path:"edge_id"`
}

// CreateEdgeInput makes an edge; its proxy signs in with the token of the answer.
//
//nolint:lll // One field a line, with its documentation.
type CreateEdgeInput struct {
	Body struct {
		Name   string `json:"name"   maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
		Region string `json:"region" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	}
}

// NewEdgeOutput is an edge together with its token.
type NewEdgeOutput struct {
	Body struct {
		Edge  Edge   `json:"edge"`
		Token string `doc:"Give it to the proxy as ZEITWORK_EDGE_TOKEN. It is shown this once." json:"token"`
	}
}

// ListNodeTokensInput asks for the tokens of one node.
type ListNodeTokensInput struct {
	NodePath
	PageInput
}

// ListEdgeTokensInput asks for the tokens of one edge.
type ListEdgeTokensInput struct {
	EdgePath
	PageInput
}

// MachineRotation replaces the token of a node or an edge.
type MachineRotation struct {
	Rotation

	ExpiresInDays int `doc:"Left out: the new token does not expire." json:"expires_in_days,omitempty" maximum:"3650" minimum:"1"`
}

// RotateNodeTokenInput replaces the token of a node.
type RotateNodeTokenInput struct {
	NodePath

	Body MachineRotation
}

// RotateEdgeTokenInput replaces the token of an edge.
type RotateEdgeTokenInput struct {
	EdgePath

	Body MachineRotation
}

// NodeTokenPath names one token of a node.
type NodeTokenPath struct {
	NodePath
	TokenPath
}

// EdgeTokenPath names one token of an edge.
type EdgeTokenPath struct {
	EdgePath
	TokenPath
}
