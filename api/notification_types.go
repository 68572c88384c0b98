package api

import (
	"time"

	"github.com/google/uuid"
)

// NotificationChannel is a place where an organisation is told of deployments that fail and of environments that work again, or operators of alerts.
//
//nolint:lll // One field a line, with its documentation.
type NotificationChannel struct {
	ID               uuid.UUID  `json:"id"`
	Kind             string     `enum:"email,slack,webhook" json:"kind"`
	Name             string     `json:"name"`
	Address          string     `doc:"The address of an e-mail, or the URL of a webhook. Of the URL of a Slack webhook, which is a secret, the host." json:"address"`
	Enabled          bool       `doc:"Whether anything is sent there."                                                json:"enabled"`
	DeliveredAt      *time.Time `doc:"When it took a message last."                                                   json:"delivered_at,omitempty"`
	BrokenAt         *time.Time `doc:"Since when it takes no messages. Absent: it took the last one, or got none yet." json:"broken_at,omitempty"`
	BrokenReason     string     `doc:"Why it takes no messages, and what to do. What happens later is sent all the same, and a message that it takes ends this." json:"broken_reason,omitempty"`
	UnconfirmedSince *time.Time `doc:"Since when the owner of an e-mail address has not said that it wants messages: nothing is sent there but one message that asks. Absent: nobody is asked." json:"unconfirmed_since,omitempty"`
	StoppedAt        *time.Time `doc:"When the owner of the address had the messages stopped. It is not asked again." json:"stopped_at,omitempty"`
	FormerKeyUntil   *time.Time `doc:"Until when the messages of a webhook carry the signature of the key before, too. Absent: they carry one." json:"former_key_until,omitempty"`
	CreatedAt        time.Time  `json:"created_at"`
}

// NewNotificationChannel is a channel that has just been made, or that has got another key.
type NewNotificationChannel struct {
	NotificationChannel

	SigningKey string `doc:"The key that a webhook's messages are signed with, as Standard Webhooks has it. It is shown this once." json:"signing_key,omitempty"`
}

// NotificationChannelPath names one channel of an organisation.
type NotificationChannelPath struct {
	OrganisationPath

	ChannelID uuid.UUID `path:"channel_id"`
}

// ListNotificationChannelsInput asks for the channels of one organisation.
type ListNotificationChannelsInput struct {
	OrganisationPath
	PageInput
}

// CreateNotificationChannelInput adds a channel.
//
//nolint:lll // One field a line, with its documentation.
type CreateNotificationChannelInput struct {
	OrganisationPath

	Body struct {
		Kind    string `enum:"email,slack,webhook" json:"kind"`
		Name    string `doc:"What the organisation calls it: each of its channels otherwise." json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Address string `doc:"An e-mail address, the URL of an incoming webhook of Slack, or the URL that webhooks are sent to." json:"address" maxLength:"2000" minLength:"1" pattern:"^[^\\x00-\\x20\\x7f-\\x9f]+$" patternDescription:"text without spaces and control characters"`
	}
}

// NewNotificationChannelOutput is a channel that has just been made, or that has got another key.
type NewNotificationChannelOutput struct{ Body NewNotificationChannel }

// NotificationChannelOutput is one channel.
type NotificationChannelOutput struct{ Body NotificationChannel }

// UpdateNotificationChannelInput changes what the body names.
//
//nolint:lll // One field a line, with its documentation.
type UpdateNotificationChannelInput struct {
	NotificationChannelPath

	Body struct {
		Name    *string `json:"name,omitempty" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Address *string `doc:"The key that a webhook's messages are signed with stays the same." json:"address,omitempty" maxLength:"2000" minLength:"1" pattern:"^[^\\x00-\\x20\\x7f-\\x9f]+$" patternDescription:"text without spaces and control characters"`
		Enabled *bool   `json:"enabled,omitempty"`
	}
}

// NotificationDelivery is one message to a channel.
//
//nolint:lll // One field a line, with its documentation.
type NotificationDelivery struct {
	ID           uuid.UUID  `doc:"The id of the message, by which a receiver knows that it has got it before." json:"id"`
	Event        string     `doc:"failed: a deployment failed; recovered: one is live in an environment of whose failure the channel was told last; confirmation: the owner of an address is asked whether it wants messages; firing and resolved: something is wrong with the platform, and is well again." enum:"failed,recovered,firing,resolved,test,confirmation" json:"event"`
	State        string     `doc:"pending: it is on its way, or tried again until a day has passed." enum:"pending,delivered,failed" json:"state"`
	Attempts     int32      `json:"attempts"`
	Problem      string     `doc:"Why the last attempt failed." json:"problem,omitempty"`
	DeploymentID *uuid.UUID `json:"deployment_id,omitempty"`
	Project      string     `doc:"The slug of the deployment's project." json:"project,omitempty"`
	Environment  string     `doc:"The slug of the deployment's environment." json:"environment,omitempty"`
	AlertID      *uuid.UUID `json:"alert_id,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
	EndedAt      *time.Time `json:"ended_at,omitempty"`
}

// ListNotificationDeliveriesInput asks for the messages to one channel.
type ListNotificationDeliveriesInput struct {
	NotificationChannelPath
	PageInput
}

// NotificationDeliveryOutput is one message to a channel.
type NotificationDeliveryOutput struct{ Body NotificationDelivery }
