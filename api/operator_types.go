package api

import (
	"time"

	"github.com/google/uuid"
)

// Node is a machine that runs VMs.
//
//nolint:lll // One field a line, with its documentation.
type Node struct {
	ID             uuid.UUID         `json:"id"`
	Name           string            `json:"name"`
	Region         string            `json:"region"`
	Prefix         string            `doc:"The node's part of the cluster's address range."  example:"10.77.1.0/24" json:"prefix"`
	State          string            `doc:"cordoned: it gets no new VMs and keeps its own; draining: its own are replaced elsewhere." enum:"ready,cordoned,draining" json:"state"`
	Labels         map[string]string `doc:"What operators call it by. Of a deployment's VMs no more than needed stand in one rack, which the label rack names." json:"labels" nullable:"false"`
	InTouch        bool              `doc:"Whether it was heard of within the last seconds in which an API answered; if not, last_seen_at says since when. A node that is out of touch gets no VMs." json:"in_touch"`
	Unreachable    string            `doc:"Why edges cannot reach its VMs, as its agent says. Such a node gets no VMs, and those that it has are moved. Absent where nothing is known to be in the way." json:"unreachable,omitempty"`
	Bound          bool              `doc:"Whether its tokens are of use on its machine alone, whose key signs the node's requests. If not, a copied token is all that it takes to be the node." json:"bound"`
	Runtime        string            `doc:"The containerd runtime handler that runs its VMs." json:"runtime"`
	Version        string            `doc:"Version of its agent."                             json:"version"`
	Capabilities   []string          `doc:"What its agent can do beyond running apps; release: running release commands." json:"capabilities" nullable:"false"`
	Kernel         string            `doc:"Release of its kernel; absent where its agent does not tell." json:"kernel,omitempty"`
	OS             string            `doc:"Name and version of its operating system; absent where its agent does not tell." json:"os,omitempty"`
	Containerd     string            `doc:"Version of its containerd; absent where its agent does not tell." json:"containerd,omitempty"`
	BootID         string            `doc:"Another one after each start of the machine; absent where its agent does not tell." json:"boot_id,omitempty"`
	CPUMillis      int               `doc:"Thousandths of a core that the machine has, as its agent reports." json:"cpu_millis"`
	MemoryBytes    int64             `doc:"Memory that the machine has, as its agent reports." json:"memory_bytes"`
	MaxCPUMillis   *int              `doc:"The most that counts of cpu_millis: set by an operator, else by the first report; absent before it." json:"max_cpu_millis,omitempty"`
	MaxMemoryBytes *int64            `doc:"The most that counts of memory_bytes: set by an operator, else by the first report; absent before it." json:"max_memory_bytes,omitempty"`

	ReservedMemoryBytes int64   `doc:"Memory that stays the host's." json:"reserved_memory_bytes"`
	CPUOvercommit       float64 `doc:"How many times each processor is given away." json:"cpu_overcommit"`

	DiskBytes      *int64     `doc:"Size of the disk that has its VMs; absent where its agent does not tell." json:"disk_bytes,omitempty"`
	DiskFreeBytes  *int64     `doc:"Of that, what is free."                            json:"disk_free_bytes,omitempty"`
	CPUShares      int        `doc:"Thousandths of a core that it gives away: its processors are shared, its memory is not." json:"cpu_share_millis"`
	CPUHeld        int        `doc:"Of these, what its VMs hold."                      json:"cpu_held_millis"`
	MemoryShare    int64      `doc:"Memory that it gives away: what counts of its memory, less what is reserved." json:"memory_share_bytes"`
	MemoryHeld     int64      `doc:"Of that, what its VMs hold, with vm_overhead_bytes for each." json:"memory_held_bytes"`
	VMOverhead     int64      `doc:"What its runtime takes of its memory for each VM, beside the memory of the app." json:"vm_overhead_bytes"`
	VMs            int        `doc:"How many VMs are assigned to it."                  json:"vms"`
	AgentStartedAt *time.Time `doc:"When its agent was started the last time; absent where it does not tell." json:"agent_started_at,omitempty"`
	LastSeenAt     *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
}

// NodePath names one node.
type NodePath struct {
	NodeID uuid.UUID `path:"node_id"`
}

// NodeSettings are what an operator decides of a node.
//
//nolint:lll // One field a line, with its documentation.
type NodeSettings struct {
	MaxCPUMillis        *int     `doc:"Thousandths of a core that the machine has. Of what its agent reports no more counts than this; left out: than its first report." json:"max_cpu_millis,omitempty" maximum:"2147483647" minimum:"1"`
	MaxMemoryBytes      *int64   `doc:"Memory that the machine has. Of what its agent reports no more counts than this; left out: than its first report." json:"max_memory_bytes,omitempty" maximum:"9007199254740991" minimum:"1"`
	ReservedMemoryBytes *int64   `doc:"Memory that no VM gets: it is for the host, containerd and the agent. Left out when a node is made: 1 GiB." json:"reserved_memory_bytes,omitempty" maximum:"9007199254740991" minimum:"0"`
	CPUOvercommit       *float64 `doc:"How many times each processor is given away; memory is given away once. Left out when a node is made: 4." json:"cpu_overcommit,omitempty" maximum:"100" minimum:"1"`

	Labels map[string]string `doc:"What operators call the node by, such as rack: r1; all of its labels, in place of those before. Names and values are letters, digits, dots, hyphens and underscores." json:"labels,omitempty" maxProperties:"20" nullable:"false"`
}

// CreateNodeInput makes a node; its agent signs in with the token of the answer.
//
//nolint:lll // One field a line, with its documentation.
type CreateNodeInput struct {
	Body struct {
		Name   string `json:"name"   maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
		Region string `json:"region" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`

		PrefixLength int `default:"24" doc:"Length of the prefix that the node gets of the cluster's addresses, for good: 253 VMs have an address of a /24, 1,021 of a /22." json:"prefix_length,omitempty" maximum:"28" minimum:"16"`

		OneTime bool `doc:"The token of the answer is good once, within an hour, for a machine that joins with it." json:"one_time,omitempty"`

		NodeSettings
	}
}

// NewNodeOutput is a node together with its token.
type NewNodeOutput struct {
	Body struct {
		Node  Node   `json:"node"`
		Token string `doc:"Give it to the agent as ZEITWORK_NODE_TOKEN, or, with one_time, to zeitwork node join. It is shown this once." json:"token"`
	}
}

// NodeUpdate changes what is given of a node.
//
//nolint:lll // One field a line, with its documentation.
type NodeUpdate struct {
	NodeSettings

	State *string `doc:"cordoned: it gets no new VMs and keeps its own; draining: its own are replaced elsewhere." enum:"ready,cordoned,draining" json:"state,omitempty"`
}

// UpdateNodeInput changes a node.
type UpdateNodeInput struct {
	NodePath

	Body NodeUpdate
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
	State               string     `doc:"draining: load balancers leave it, while it serves on." enum:"ready,draining" json:"state"`
	Drains              *bool      `doc:"Whether it has load balancers leave it, as it told with its last poll: it answers 503 at its health path. Absent where it does not tell: it is of a version that cannot be drained." json:"drains,omitempty"`
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

// UpdateEdgeInput changes what operators want of an edge.
type UpdateEdgeInput struct {
	EdgePath

	Body struct {
		State string `doc:"draining: load balancers leave it, while it serves on." enum:"ready,draining" json:"state"`
	}
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

		OneTime bool `doc:"The token of the answer is good once, within an hour, for a machine that joins with it." json:"one_time,omitempty"`
	}
}

// NewEdgeOutput is an edge together with its token.
type NewEdgeOutput struct {
	Body struct {
		Edge  Edge   `json:"edge"`
		Token string `doc:"Give it to the proxy as ZEITWORK_EDGE_TOKEN, or, with one_time, to zeitwork edge join. It is shown this once." json:"token"`
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
