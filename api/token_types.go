package api

import (
	"time"

	"github.com/google/uuid"
)

// Token is a token without its secret, which is shown only once.
//
//nolint:lll // One field a line, with its documentation.
type Token struct {
	ID             uuid.UUID  `json:"id"`
	Name           string     `json:"name"`
	OrganisationID *uuid.UUID `doc:"The organisation that the token is for. Absent: it is a user's own, and may do all that the user may." json:"organisation_id,omitempty"`
	Role           string     `doc:"For a token of an organisation: the most that it may do there. It never may do more than the member that made it." enum:"owner,developer,viewer" json:"role,omitempty"`
	ParentID       *uuid.UUID `doc:"The token with which this one was made, and with which it is revoked. After a rotation: for the old token, the new one." json:"parent_id,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
	LastUsedAt     *time.Time `json:"last_used_at,omitempty"`
	ExpiresAt      *time.Time `json:"expires_at,omitempty"`
}

// NewToken is a token together with its secret.
type NewToken struct {
	Token

	Secret string `doc:"Send it as 'Authorization: Bearer'. It is shown this once." json:"secret"`
}

// CreateTokenInput makes another token for the caller.
//
//nolint:lll // One field a line, with its documentation.
type CreateTokenInput struct {
	Body struct {
		Name           string     `json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		OrganisationID *uuid.UUID `doc:"Makes a token that is for one organisation alone. Left out: it may do all that you may, unless yours is a token of an organisation: then it is of the same one." json:"organisation_id,omitempty"`
		Role           string     `doc:"What a token of an organisation may do there: nothing above your own role. Left out: developer, or your own role where that is lower." enum:"owner,developer,viewer" json:"role,omitempty"`
		ExpiresInDays  int        `doc:"Left out: it ends with the token that makes it, if that ever does." json:"expires_in_days,omitempty" maximum:"3650" minimum:"1"`
	}
}

// NewTokenOutput is a token together with its secret.
type NewTokenOutput struct{ Body NewToken }

// TokenPath names one token.
type TokenPath struct {
	TokenID uuid.UUID `path:"token_id"`
}

// Rotation says how long the old token is valid beside the new one.
//
//nolint:lll // One field a line, with its documentation.
type Rotation struct {
	KeepOldMinutes *int `doc:"How long the old token stays valid, so that whoever uses it can change over. Left out: 60." json:"keep_old_minutes,omitempty" maximum:"10080" minimum:"0"`
}

// RotateTokenInput replaces a token by a new one.
type RotateTokenInput struct {
	TokenPath

	Body Rotation
}

// OrganisationToken is a token of an organisation, with the member that made it.
type OrganisationToken struct {
	Token

	MadeBy Account `json:"made_by"`
}

// ListOrganisationTokensInput asks for the tokens of one organisation.
type ListOrganisationTokensInput struct {
	OrganisationPath
	PageInput
}

// OrganisationTokenPath names one token of an organisation.
type OrganisationTokenPath struct {
	OrganisationPath
	TokenPath
}
