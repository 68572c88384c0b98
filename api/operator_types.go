package api

import (
	"time"

	"github.com/google/uuid"
)

// Node is a machine that runs VMs.
//
//nolint:lll // One field a line, with its documentation.
type Node struct {
	ID             uuid.UUID  `json:"id"`
	Name           string     `json:"name"`
	Region         string     `json:"region"`
	Prefix         string     `doc:"The node's part of the cluster's address range."  example:"10.77.1.0/24" json:"prefix"`
	State          string     `enum:"ready,draining"                                   json:"state"`
	InTouch        bool       `doc:"Whether it was heard of within the last seconds in which an API answered; if not, last_seen_at says since when. A node that is out of touch gets no VMs." json:"in_touch"`
	Runtime        string     `doc:"The containerd runtime handler that runs its VMs." json:"runtime"`
	Version        string     `doc:"Version of its agent."                             json:"version"`
	Capabilities   []string   `doc:"What its agent can do beyond running apps; release: running release commands." json:"capabilities" nullable:"false"`
	Kernel         string     `doc:"Release of its kernel; absent where its agent does not tell." json:"kernel,omitempty"`
	CPUMillis      int        `json:"cpu_millis"`
	MemoryBytes    int64      `json:"memory_bytes"`
	DiskBytes      *int64     `doc:"Size of the disk that has its VMs; absent where its agent does not tell." json:"disk_bytes,omitempty"`
	DiskFreeBytes  *int64     `doc:"Of that, what is free."                            json:"disk_free_bytes,omitempty"`
	CPUShares      int        `doc:"Thousandths of a core that it gives away: its processors are shared, its memory is not." json:"cpu_share_millis"`
	CPUHeld        int        `doc:"Of these, what its VMs hold."                      json:"cpu_held_millis"`
	MemoryHeld     int64      `doc:"Of its memory, what its VMs hold."                 json:"memory_held_bytes"`
	VMs            int        `doc:"How many VMs are assigned to it."                  json:"vms"`
	AgentStartedAt *time.Time `doc:"When its agent was started the last time; absent where it does not tell." json:"agent_started_at,omitempty"`
	LastSeenAt     *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
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
//
//nolint:lll // One field a line, with its documentation.
type Edge struct {
	ID                  uuid.UUID  `json:"id"`
	Name                string     `json:"name"`
	Region              string     `json:"region"`
	Version             string     `doc:"Version of its proxy; absent where it does not tell." json:"version,omitempty"`
	InTouch             bool       `doc:"Whether it was heard of within the last seconds in which an API answered; if not, last_seen_at says since when. Nothing waits for the acknowledgement of an edge that is out of touch." json:"in_touch"`
	AcknowledgedVersion int64      `doc:"Version of the route table that it serves from." json:"acknowledged_version"`
	CurrentVersion      int64      `doc:"The newest version of the route table."          json:"current_version"`
	VersionsBehind      int64      `doc:"How many versions the edge is behind."           json:"versions_behind"`
	Addresses           []string   `doc:"IPv4 addresses from which it connects to VMs, as it told. Absent where it has not: nodes then let in whoever reaches their ingress interfaces." json:"addresses,omitempty" nullable:"false"`
	LastSeenAt          *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt           time.Time  `json:"created_at"`
}

// EdgePath names one edge.
type EdgePath struct {
	EdgeID uuid.UUID `path:"edge_id"`
}

// EdgeOutput is one edge.
type EdgeOutput struct{ Body Edge }

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
