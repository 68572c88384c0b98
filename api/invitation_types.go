package api

import (
	"time"

	"github.com/google/uuid"
)

// Invitation lets one account become a member of an organisation, once.
type Invitation struct {
	ID             uuid.UUID  `json:"id"`
	OrganisationID uuid.UUID  `json:"organisation_id"`
	Email          string     `doc:"Only the user whose verified address this is can take it."   json:"email,omitempty"`
	GitHubLogin    string     `doc:"Only the user with this account at GitHub can take it." json:"github_login,omitempty"`
	Role           string     `enum:"owner,developer,viewer"                                json:"role"`
	InvitedBy      *uuid.UUID `doc:"The user who made it."                                  json:"invited_by,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
	ExpiresAt      time.Time  `json:"expires_at"`
}

// ReceivedInvitation is an invitation as the invited user sees it.
type ReceivedInvitation struct {
	Invitation

	OrganisationSlug string `json:"organisation_slug"`
	OrganisationName string `json:"organisation_name"`
}

// InvitationOutput is one invitation.
type InvitationOutput struct{ Body Invitation }

// CreateInvitationInput invites an account.
//
//nolint:lll // One field a line, with its documentation.
type CreateInvitationInput struct {
	OrganisationPath

	Body struct {
		Email         string `doc:"Either this or github_login." json:"email,omitempty" maxLength:"254" pattern:"^[^\\x00-\\x20<>@\\x7f-\\x9f]+@[^\\x00-\\x20<>@\\x7f-\\x9f]+$" patternDescription:"an address, such as ada@example.com"`
		GitHubLogin   string `doc:"Either this or email." json:"github_login,omitempty" maxLength:"39" pattern:"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$" patternDescription:"letters, digits and hyphens, with a letter or digit at both ends"`
		Role          string `enum:"owner,developer,viewer" json:"role"`
		ExpiresInDays int    `default:"7" doc:"How long it can be taken." json:"expires_in_days,omitempty" maximum:"90" minimum:"1"`
	}
}

// ListInvitationsInput asks for the invitations of one organisation.
type ListInvitationsInput struct {
	OrganisationPath
	PageInput
}

// InvitationPath names one invitation.
type InvitationPath struct {
	InvitationID uuid.UUID `path:"invitation_id"`
}

// OrganisationInvitationPath names one invitation of an organisation.
type OrganisationInvitationPath struct {
	OrganisationPath
	InvitationPath
}
