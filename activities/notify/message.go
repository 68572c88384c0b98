package notify

import (
	"time"

	"github.com/google/uuid"
)

// Event is what a message tells of.
type Event string

// The events, as they stand in notification_deliveries.event.
const (
	// EventFailed is a deployment that failed.
	EventFailed Event = "failed"
	// EventRecovered is a deployment that went live in an environment whose last one, of those that were told of, had failed.
	EventRecovered Event = "recovered"
	// EventFiring is something that is wrong with the platform, of which operators are told.
	EventFiring Event = "firing"
	// EventResolved is that it is well again.
	EventResolved Event = "resolved"
	// EventTest is a message that somebody asked for, to see whether it arrives.
	EventTest Event = "test"
	// EventConfirmation asks the owner of an e-mail address whether it wants messages.
	EventConfirmation Event = "confirmation"
)

// Message is what is told. It holds no secret: what is known of a failure was redacted before it was stored.
type Message struct {
	// ID is the same however often the message is sent.
	ID    uuid.UUID
	Event Event
	// At is when it came true.
	At time.Time
	// Organisation is empty where operators are told.
	Organisation Named
	// Channel is what the place is called that the message goes to.
	Channel string
	// Deployment is nil for a test and for a confirmation, and where operators are told.
	Deployment *Deployment
	// Alert is what operators are told of; nil for a test.
	Alert *Alert
	// ConfirmURL is where the owner of an e-mail address says that it wants messages; empty for other events.
	ConfirmURL string
	// StopURL is where the owner of an e-mail address has the messages stopped; empty where there is no such page.
	StopURL string
}

// Named is something with an id and a name in URLs.
type Named struct {
	ID   uuid.UUID `json:"id"`
	Slug string    `json:"slug"`
}

// Deployment is the one that a message is about.
type Deployment struct {
	ID          uuid.UUID
	Project     Named
	Environment Named
	// URL is its page on the dashboard; empty where there is none.
	URL    string
	Branch string
	// Commit is empty where the deployment failed before it was known, and so is its subject.
	Commit, Subject string
	// Step, Code and Reason are where and why it failed; empty for one that is live.
	Step, Code, Reason string
}

// place names where a deployment went to.
func (d Deployment) place() string { return d.Project.Slug + "/" + d.Environment.Slug }
