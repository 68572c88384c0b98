package api

import (
	"time"

	"github.com/google/uuid"
)

// Builder is a worker, which runs the steps of deployments, with the BuildKit that it builds with.
type Builder struct {
	ID         uuid.UUID      `json:"id"`
	Name       string         `doc:"The worker's name, as in timelines and jobs. Each start of a worker has one of its own." json:"name"`
	Version    string         `json:"version"`
	InTouch    bool           `doc:"Whether it was heard of within the last seconds. One that died is listed for an hour." json:"in_touch"`
	Slots      []QueueSlots   `json:"slots" nullable:"false"`
	Builds     []RunningBuild `doc:"What it builds now." json:"builds" nullable:"false"`
	BuildKit   BuildKit       `json:"buildkit"`
	StartedAt  time.Time      `json:"started_at"`
	LastSeenAt time.Time      `json:"last_seen_at"`
}

// QueueSlots is how many jobs of a queue a worker runs at once.
type QueueSlots struct {
	Queue string `json:"queue"`
	Slots int    `json:"slots"`
}

// RunningBuild is a build that runs.
type RunningBuild struct {
	DeploymentID uuid.UUID  `json:"deployment_id"`
	Since        *time.Time `json:"since,omitempty"`
	Project      Owner      `json:"project"`
	Organisation Owner      `json:"organisation"`
	Builder      string     `doc:"Address of the BuildKit that it runs on, of those of its worker; absent until one is chosen." json:"builder,omitempty"`
}

// BuildKit is the BuildKit of a worker, as it said when it was last asked: every minute. Several workers may share one.
type BuildKit struct {
	Address   string           `doc:"Without credentials."                                              json:"address"`
	Version   string           `doc:"Absent where it never answered."                                   json:"version,omitempty"`
	DiskBytes *int64           `doc:"What its cache takes on its disk; absent where it never answered." json:"disk_bytes,omitempty"`
	Builders  []BuilderVersion `doc:"The builders behind the address; absent where its worker does not tell." json:"builders,omitempty" nullable:"false"`
	SeenAt    *time.Time       `doc:"When it last answered; absent: never."                             json:"seen_at,omitempty"`
	Error     string           `doc:"Why it did not answer the last time, as a sentence."               json:"error,omitempty"`
}

// BuilderVersion is a builder with the version of Zeitwork that it told last.
type BuilderVersion struct {
	Address string `doc:"Without credentials."                                                       json:"address"`
	Version string `doc:"Absent where it tells none, as it is of a version that does not, or silent." json:"version,omitempty"`
}
