package api

import (
	"time"

	"github.com/google/uuid"
)

// PlatformAlert is something that is wrong with the platform, or was.
//
//nolint:lll // One field a line, with its documentation.
type PlatformAlert struct {
	ID     uuid.UUID `json:"id"`
	Part   string    `doc:"The part of the platform, as get-platform-health names it." example:"edges" json:"part"`
	About  string    `doc:"The machine, queue or other thing of the part that it is about; absent where it is all of it." json:"about,omitempty"`
	Detail string    `doc:"What was found when operators were told, or last until then, as a sentence without its full stop." json:"detail"`
	Advice string    `doc:"What to do." json:"advice,omitempty"`

	BeganAt   time.Time  `doc:"When it was found first." json:"began_at"`
	ToldAt    *time.Time `doc:"When operators were told. Absent: it has not lasted long enough, or they were told just before that the same is over." json:"told_at,omitempty"`
	WellSince *time.Time `doc:"Since when it is not found any more." json:"well_since,omitempty"`
	EndedAt   *time.Time `doc:"When operators were told that it is over." json:"ended_at,omitempty"`
}

// PlatformChannelPath names one channel of the platform's operators.
type PlatformChannelPath struct {
	ChannelID uuid.UUID `path:"platform_channel_id"`
}

// CreatePlatformChannelInput adds a channel.
//
//nolint:lll // One field a line, with its documentation.
type CreatePlatformChannelInput struct {
	Body struct {
		Kind    string `enum:"email,slack,webhook" json:"kind"`
		Name    string `doc:"What operators call it: each of their channels otherwise." json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Address string `doc:"An e-mail address, the URL of an incoming webhook of Slack, or the URL that webhooks are sent to." json:"address" maxLength:"2000" minLength:"1" pattern:"^[^\\x00-\\x20\\x7f-\\x9f]+$" patternDescription:"text without spaces and control characters"`
	}
}

// ListPlatformDeliveriesInput asks for the messages to one channel.
type ListPlatformDeliveriesInput struct {
	PlatformChannelPath
	PageInput
}
