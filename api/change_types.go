package api

import (
	"time"
)

// Changed says what of the things that pages show has changed.
//
//nolint:lll // One field a line, with its documentation.
type Changed struct {
	Kinds []string `doc:"What to fetch again. instances: the VMs of deployments; events: the project's; project: its settings, and how its repository is; github: connected accounts and their repositories; notifications: where the organisation is notified; organisation: its name and slug." enum:"audit,deployments,domains,environments,events,github,instances,invitations,members,notifications,organisation,project,quotas,tokens,variables" json:"kinds" nullable:"false"`
}

// Gone says that there is nothing to follow any more.
type Gone struct {
	Reason string `doc:"Why, as a sentence: it was deleted, or the caller may not see it any more." json:"reason"`
}

// Ping says that the stream is alive.
type Ping struct {
	Time time.Time `doc:"The time of the platform." json:"time"`
}

// StreamProjectChangesInput asks for the changes of one project.
type StreamProjectChangesInput struct {
	ProjectPath
	FollowChangesInput
}

// StreamOrganisationChangesInput asks for the changes of one organisation.
type StreamOrganisationChangesInput struct {
	OrganisationPath
	FollowChangesInput
}

// FollowChangesInput is embedded by the streams of changes.
//
//nolint:lll // One field a line, with its documentation.
type FollowChangesInput struct {
	LastEventID string `doc:"The id of the last event or ping that you have got: the first event names what has changed since, where the platform remembers that, and is left out where nothing has." header:"Last-Event-ID" pattern:"^[0-9]{0,15}$" patternDescription:"the id of an event of this stream"`

	Follow bool `default:"true" doc:"false: end the stream behind its first event." query:"follow"`
}
