package api

import (
	"time"

	"github.com/google/uuid"
)

// WaitInput is embedded by the operations that wait for a change.
type WaitInput struct {
	WaitSeconds int `doc:"How long to wait for a change before answering that there is none." maximum:"60" minimum:"0" query:"wait_seconds"`
}

// LongPollInput is embedded by the operations that nodes and edges poll by an ETag.
type LongPollInput struct {
	WaitInput

	IfNoneMatch string `doc:"The ETag of the answer that the caller works from." header:"If-None-Match"`
}

// AgentInput is embedded by the operations by which an agent asks what its node is to run.
//
//nolint:lll // One field a line, with its documentation.
type AgentInput struct {
	WaitInput

	Capabilities []string `doc:"What the calling agent can do beyond running apps; release: running release commands. It is given no VM that it cannot run." maxItems:"20" nullable:"false" query:"capabilities"`
}

// AssignmentsInput asks for the VMs that the calling node is to run.
type AssignmentsInput struct {
	AgentInput

	IfNoneMatch string `doc:"The ETag of the answer that the caller works from." header:"If-None-Match"`
}

// AssignmentsOutput holds the VMs that the calling node is to run. Status 304 has no body.
type AssignmentsOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   *Assignments
}

// Assignments is everything that a node is to know. A VM that the node runs and that is not in the list is to be removed.
type Assignments struct {
	NodeNetwork

	VMs []AssignedVM `json:"vms" nullable:"false"`
}

// NodeNetwork is what a node is to know beside its VMs: of the network, and of images.
//
//nolint:lll // One field a line, with its documentation.
type NodeNetwork struct {
	NodeID       uuid.UUID `json:"node_id"`
	Prefix       string    `doc:"The node's own addresses."                                 json:"prefix"`
	ClusterRange string    `doc:"All addresses of the cluster, which never leave by the default route." json:"cluster_range"`
	Ingress      *Ingress  `doc:"Absent where an edge is of a version that does not tell its addresses." json:"ingress,omitempty"`
	Images       []string  `doc:"Those that the node keeps although no VM of it uses them: of deployments that sleep, and had VMs there." json:"images,omitempty" nullable:"false"`
}

// AssignmentChangesInput asks for what has changed of the VMs that the calling node is to run.
type AssignmentChangesInput struct {
	AgentInput

	Body KnownAssignments
}

// KnownAssignments is what the calling node has been told. A node that starts has been told nothing, and gets everything.
type KnownAssignments struct {
	Network string    `doc:"The network_version that the caller works from." json:"network_version,omitempty" maxLength:"100"`
	VMs     []KnownVM `doc:"All VMs that the caller has been told of and that were not removed since." json:"vms" maxItems:"10000" nullable:"false"`
}

// KnownVM is a VM as the calling node has been told of it last.
type KnownVM struct {
	ID      uuid.UUID `json:"id"`
	Version string    `json:"version" maxLength:"100"`
}

// AssignmentChangesOutput holds what has changed of the VMs that the calling node is to run.
type AssignmentChangesOutput struct{ Body AssignmentChanges }

// AssignmentChanges is what differs from what the calling node has been told. Nothing does where there are neither VMs nor removed ones, and the
// version of the network is the caller's.
//
//nolint:lll // One field a line, with its documentation.
type AssignmentChanges struct {
	NodeNetwork

	NetworkVersion string       `json:"network_version"`
	VMs            []AssignedVM `doc:"VMs that are new to the caller or have changed. Those that it has been told of have no environment: it never changes." json:"vms" nullable:"false"`
	Removed        []uuid.UUID  `doc:"VMs that the caller has been told of and that are to be removed." json:"removed" nullable:"false"`
}

// Ingress says who may reach VMs through a node's ingress interfaces.
type Ingress struct {
	Addresses []string `doc:"IPv4 addresses from which edges connect to VMs, in order." json:"addresses" nullable:"false"`
}

// AssignedVM is one VM as its node is to run it.
//
//nolint:lll // One field a line, with its documentation.
type AssignedVM struct {
	ID           uuid.UUID         `json:"id"`
	Version      string            `doc:"Of what this says: to be named when asking for changes." json:"version,omitempty"`
	DeploymentID uuid.UUID         `json:"deployment_id"`
	ProjectID    uuid.UUID         `json:"project_id"`
	Kind         string            `doc:"app: serves until it is stopped; release: runs its command once, whatever happens, and is not started again." enum:"app,release" json:"kind"`
	Command      []string          `doc:"Run instead of the image's own command. Absent: that one." json:"command,omitempty" nullable:"false"`
	Begun        bool              `doc:"The node has reported that the VM ran: a release VM that is not there any more is not started again." json:"begun,omitempty"`
	DesiredState string            `doc:"stopped: SIGTERM, grace, SIGKILL, then remove everything of it." enum:"running,stopped" json:"desired_state"`
	Image        string            `doc:"Reference by digest."                                  example:"registry.example.com/projects/1@sha256:…" json:"image"`
	IP           string            `json:"ip"`
	Port         int               `doc:"Given to the app as PORT; 0 for what serves nobody."                         json:"port"`
	CPUMillis    int               `json:"cpu_millis"`
	MemoryBytes  int64             `json:"memory_bytes"`
	PIDs         int               `json:"pids"`
	HealthPath   string            `doc:"Empty: any status below 500 on / is healthy."          json:"health_path,omitempty"`
	Origins      []string          `doc:"Scheme and host of the URLs by which visitors reach the app: those that the user chose first. Health checks ask as if by one of them." json:"origins,omitempty" nullable:"false"`
	GraceSeconds int               `doc:"Between SIGTERM and SIGKILL."                          json:"grace_seconds"`
	Environment  map[string]string `doc:"Empty where the VM is to be stopped, and among changes where the caller has it." json:"environment"`
	Facts        map[string]string `doc:"Variables by which the platform tells the app what it is; they win over environment." json:"facts,omitempty"`
	LogSequence  int64             `doc:"The greatest log sequence that has been stored."       json:"log_sequence"`
}

// NodeReportInput is the state of the calling node and its VMs. Nodes send it on every change, and every few seconds.
type NodeReportInput struct{ Body NodeReport }

// NodeReport is the state of a node and its VMs.
//
//nolint:lll // One field a line, with its documentation.
type NodeReport struct {
	Version     string         `json:"version"`
	Runtime     string         `json:"runtime"`
	CPUMillis   int            `json:"cpu_millis"   maximum:"2147483647" minimum:"0"`
	MemoryBytes int64          `json:"memory_bytes" maximum:"9007199254740991" minimum:"0"`
	Machine     *MachineReport `json:"machine,omitempty"`
	Unreachable *string        `doc:"A sentence: why edges cannot reach the node's VMs. Empty: they can. Absent: as it was told before, as nobody has looked yet. A node that says so for as long as one may be silent is lost." json:"unreachable,omitempty" maxLength:"1000"`
	VMs         []VMReport     `doc:"VMs whose state differs from what was reported of them last, or more of them. Those that are left out are as they were." json:"vms" nullable:"false"`
	Looks       []LookReport   `doc:"What the node has found since the last report that no assignment names, each kind once; left out: it has not looked since." json:"looks,omitempty" maxItems:"4" nullable:"false"`
	Measures    *NodeMeasures  `doc:"What was measured of the VMs; absent in most reports." json:"measures,omitempty"`
}

// MachineReport is what an agent tells of its machine for people to read. Nothing is decided by it.
type MachineReport struct {
	Kernel         string    `json:"kernel"           maxLength:"200"`
	DiskBytes      int64     `json:"disk_bytes"       maximum:"9007199254740991" minimum:"0"`
	DiskFreeBytes  int64     `json:"disk_free_bytes"  maximum:"9007199254740991" minimum:"0"`
	AgentStartedAt time.Time `json:"agent_started_at"`
	OS             string    `doc:"Name and version of its operating system."        json:"os,omitempty"         maxLength:"200"`
	Containerd     string    `doc:"Version of its containerd; absent while that does not answer." json:"containerd,omitempty" maxLength:"200"`
	BootID         string    `doc:"What its kernel drew at random when the machine was started." json:"boot_id,omitempty"    maxLength:"64"`
}

// LookReport is what a node has found of one kind that no assignment names.
//
//nolint:lll // One field a line, with its documentation.
type LookReport struct {
	Kind    string       `doc:"vm: containers and their folders; address: network namespaces and interfaces; image: images; snapshot: file systems of VMs." enum:"vm,address,image,snapshot" json:"kind"`
	Problem string       `doc:"Why the node could not look. What it found before stays."                     json:"problem,omitempty" maxLength:"1000"`
	Found   int          `doc:"How many there are, where the items are not all."                             json:"found,omitempty" maximum:"2147483647" minimum:"0"`
	Items   []FoundThing `json:"items" maxItems:"200" nullable:"false"`
}

// FoundThing is one thing on a node that no assignment names.
type FoundThing struct {
	Name   string `json:"name"   maxLength:"500" minLength:"1"`
	Detail string `doc:"A sentence: what is left of it." json:"detail" maxLength:"500"`
}

// VMReport is the state of one VM.
//
//nolint:lll // One field a line, with its documentation.
type VMReport struct {
	ID       uuid.UUID `json:"id"`
	State    string    `doc:"exited: the command of a release VM has ended; removed: nothing of it is left." enum:"pulling,starting,running,healthy,unhealthy,crashed,exited,stopping,removed,failed" json:"state"`
	Message  string    `doc:"A sentence for the user: why it is not healthy." json:"message,omitempty" maxLength:"2000"`
	ExitCode *int      `json:"exit_code,omitempty" maximum:"2147483647" minimum:"-2147483648"`
	Restarts int       `json:"restarts" maximum:"2147483647" minimum:"0"`
}

// ShipLogsInput stores lines that a VM of the calling node wrote.
type ShipLogsInput struct {
	Body struct {
		VMID  uuid.UUID        `json:"vm_id"`
		Lines []ShippedLogLine `json:"lines" maxItems:"1000" nullable:"false"`
	}
}

// ShippedLogLine is one line of one VM. A line whose sequence is stored already is ignored.
type ShippedLogLine struct {
	Sequence int64     `json:"sequence" maximum:"9007199254740991" minimum:"0"`
	Stream   string    `enum:"stdout,stderr,system" json:"stream"`
	Line     string    `json:"line"                  maxLength:"20000"`
	LoggedAt time.Time `json:"logged_at"`
}

// RoutesInput asks for the route table. Its If-None-Match acknowledges a version: the calling edge serves from that one now.
//
//nolint:lll // One field a line, with its documentation.
type RoutesInput struct {
	LongPollInput

	Version   string   `doc:"Version of the calling edge's proxy, for operators to see." header:"Zeitwork-Version" maxLength:"100"`
	Addresses []string `doc:"IPv4 addresses from which the calling edge connects to VMs. Nodes let no other ones in. Absent: those that it named last." maxItems:"64" nullable:"false" query:"addresses"`
	Drains    string   `doc:"Whether the calling edge has load balancers leave it. Where operators want otherwise, the answer comes at once." header:"Zeitwork-Draining" maxLength:"5" pattern:"^(true|false)$" patternDescription:"true or false"`
	Checksum  string   `doc:"The checksum of the table that the calling edge has, as it has computed it itself. With it the answer may be only what has changed since the version in If-None-Match." header:"Zeitwork-Routes-Checksum" maxLength:"16" pattern:"^[0-9a-f]{16}$" patternDescription:"16 hexadecimal digits"`

	AcceptEncoding string `header:"Accept-Encoding" hidden:"true"`
}

// RoutesOutput is the route table. Status 304 has no body.
type RoutesOutput struct {
	Status     int
	ETag       string `header:"ETag"`
	OtherEdges int64  `doc:"How many other edges are in touch with the platform, and are not draining." header:"Zeitwork-Other-Edges"`
	Draining   bool   `doc:"Whether the calling edge is to have load balancers leave it, and to serve on." header:"Zeitwork-Draining"`

	ContentEncoding string `header:"Content-Encoding" hidden:"true"`
	Body            *RouteTable
}

// RouteTable says where the requests for each hostname go: as a whole, or what has changed since an earlier version.
//
//nolint:lll // One field a line, with its documentation.
type RouteTable struct {
	Version  int64    `json:"version"`
	Since    *int64   `doc:"Where it is there, routes are those alone that have changed since that version, and all others are as they were."                             json:"since,omitempty"`
	Routes   []Route  `json:"routes"                                                                                                                                      nullable:"false"`
	Removed  []string `doc:"Hostnames that have no route any more."                                                                                                        json:"removed,omitempty"`
	Checksum string   `doc:"Of all routes of the version: the sum, modulo 2^64, of the first eight bytes (big-endian) of the SHA-256 of each route, as its JSON stands here." json:"checksum,omitempty"`

	// packed is what is sent where it is not nil.
	packed []byte
}

// Route says where the requests for one hostname go.
//
//nolint:lll // One field a line, with its documentation.
type Route struct {
	Hostname     string     `doc:"*.example.com stands for all names of one label more that have no route of their own." json:"hostname"`
	ProjectID    uuid.UUID  `json:"project_id"`
	DeploymentID *uuid.UUID `json:"deployment_id,omitempty"`
	State        string     `doc:"live: it has been deployed; starting: its first deployment is on the way; empty: nothing was deployed; asleep: it is one deployment's own, which is not live any more and none of whose VMs runs, or its environment sleeps, which a request wakes." enum:"live,starting,empty,asleep" json:"state"`
	RedirectTo   string     `doc:"The hostname that visitors are sent on to, by status 308 with path and query. Absent: they get the app." json:"redirect_to,omitempty"`
	Wakes        bool       `doc:"It is asleep, and wakes with a request: the edge asks for that (wake-deployment), and holds the request until a VM is healthy." json:"wakes,omitempty"`
	HTTPS        string     `doc:"redirect: requests that come without TLS are sent on to https; off: they are passed on." enum:"off,redirect" json:"https"`
	HSTSSeconds  int32      `doc:"For how long browsers are told to come by https alone; 0: they are not told." json:"hsts_seconds"`
	Previous     string     `doc:"The own hostname of the deployment that was live here before, while its VMs are kept warm: a hashed asset that the app answers with 404 is asked for there. Absent: it is not." json:"previous,omitempty"`
	Upstreams    []Upstream `doc:"Healthy VMs."                                                                               json:"upstreams" nullable:"false"`
}

// Upstream is one VM that answers for a hostname.
type Upstream struct {
	VMID    uuid.UUID `json:"vm_id"`
	Address string    `example:"10.77.1.5:8080" json:"address"`
	Region  string    `json:"region"`
}

// WakeDeploymentInput names a deployment for which the calling edge holds requests.
type WakeDeploymentInput struct {
	Body struct {
		DeploymentID uuid.UUID `json:"deployment_id"`
	}
}

// WakeDeploymentOutput says how the waking goes.
type WakeDeploymentOutput struct {
	Body struct {
		NoRoom bool `doc:"There is no room for its VMs just now." json:"no_room"`
	}
}
