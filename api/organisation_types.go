package api

import (
	"time"

	"github.com/google/uuid"
)

// User is a person.
type User struct {
	ID       uuid.UUID `json:"id"`
	Email    string    `json:"email"`
	Name     string    `json:"name"`
	Operator bool      `doc:"Whether the user runs this platform: may see nodes, edges and the job queue." json:"operator"`
}

// Organisation owns projects.
type Organisation struct {
	ID        uuid.UUID `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Role      string    `doc:"Your role in it." enum:"owner,member" json:"role"`
	CreatedAt time.Time `json:"created_at"`
}

// Me is the user that the token belongs to.
type Me struct {
	User          User           `json:"user"`
	Organisations []Organisation `json:"organisations" nullable:"false"`
}

// MeOutput is the answer of get-me.
type MeOutput struct{ Body Me }

// OrganisationPath names one organisation.
type OrganisationPath struct {
	OrganisationID uuid.UUID `path:"organisation_id"`
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

// Token is a token without its secret, which is shown only once.
type Token struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
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
		Name          string `json:"name" maxLength:"100" minLength:"1" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]+$" patternDescription:"text of one line without control characters"`
		ExpiresInDays int    `doc:"Left out: it does not expire." json:"expires_in_days,omitempty" maximum:"3650" minimum:"1"`
	}
}

// NewTokenOutput is a token together with its secret.
type NewTokenOutput struct{ Body NewToken }

// TokenPath names one token.
type TokenPath struct {
	TokenID uuid.UUID `path:"token_id"`
}

// AuditEvent records one change, and the user that made it.
//
//nolint:lll // One field a line, with its documentation.
type AuditEvent struct {
	ID          uuid.UUID      `json:"id"`
	UserID      *uuid.UUID     `doc:"Absent when the platform itself did it." json:"user_id,omitempty"`
	Action      string         `enum:"deployment.cancel,deployment.create,deployment.promote,deployment.redeploy,deployment.restart,deployment.rollback,domain.create,domain.delete,edge.create,edge.delete,environment.create,environment.delete,environment.unpin,environment.update,environment_variable.delete,environment_variable.set,node.create,node.delete,node.update,organisation.create,project.create,project.delete,project.unpin,project.update,token.create,token.revoke" json:"action"`
	SubjectType string         `enum:"deployment,domain,edge,environment,node,organisation,project,token" json:"subject_type"`
	SubjectID   uuid.UUID      `json:"subject_id"`
	Details     map[string]any `doc:"Names and ids that belong to the change, such as the slug of a project." json:"details"`
	CreatedAt   time.Time      `json:"created_at"`
}

// ListAuditEventsInput asks for the audit events of one organisation.
type ListAuditEventsInput struct {
	OrganisationPath
	PageInput
}
