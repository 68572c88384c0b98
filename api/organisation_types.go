package api

import (
	"time"

	"github.com/google/uuid"
)

// Organisation owns projects.
type Organisation struct {
	ID        uuid.UUID `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Role      string    `doc:"Your role in it, or the one that your token gives you." enum:"owner,developer,viewer" json:"role"`
	CreatedAt time.Time `json:"created_at"`
}

// Me is the user that the token belongs to.
type Me struct {
	User          User           `json:"user"`
	Token         uuid.UUID      `doc:"The token that the request carries, or the session that it is in." json:"token_id"`
	Organisations []Organisation `json:"organisations" nullable:"false"`
}

// MeOutput is the answer of get-me.
type MeOutput struct{ Body Me }

// OrganisationPath names one organisation.
type OrganisationPath struct {
	OrganisationID uuid.UUID `path:"organisation_id"`
}

// ListOrganisationsInput asks for the organisations of the caller.
type ListOrganisationsInput struct {
	PageInput

	Slug string `doc:"Only those that have this slug, or had it until it was changed." pattern:"^[^\\x00]*$" patternDescription:"text without NUL" query:"slug"`
}

// OrganisationOutput is one organisation.
type OrganisationOutput struct{ Body Organisation }

// CreateOrganisationInput makes an organisation, with the caller as its owner.
//
//nolint:lll // One field a line, with its documentation.
type CreateOrganisationInput struct {
	IdempotencyInput

	Body struct {
		Name string `json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Slug string `doc:"Made from the name when left out." json:"slug,omitempty" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	}
}

// UpdateOrganisationInput changes what an organisation is called, and the slug that addresses name it by.
//
//nolint:lll // One field a line, with its documentation.
type UpdateOrganisationInput struct {
	OrganisationPath

	Body struct {
		Name *string `json:"name,omitempty" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		Slug *string `doc:"The former slug becomes free for anybody." json:"slug,omitempty" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" patternDescription:"lower-case letters, digits and hyphens, with a letter or digit at both ends"`
	}
}
