package api

import (
	"time"

	"github.com/google/uuid"
)

// Account is a user as others see them.
type Account struct {
	ID          uuid.UUID `json:"id"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	GitHubLogin string    `json:"github_login,omitempty"`
}

// User is a person.
//
//nolint:lll // One field a line, with its documentation.
type User struct {
	Account

	EmailVerified bool      `doc:"Whether the address is known to be the user's: only then invitations to it are theirs." json:"email_verified"`
	Operator      bool      `doc:"Whether the user runs this platform: may see nodes, edges, users and the job queue. It gives no right in any organisation." json:"operator"`
	CreatedAt     time.Time `json:"created_at"`
}

// UserPath names one user.
type UserPath struct {
	UserID uuid.UUID `path:"user_id"`
}

// UserOutput is one user.
type UserOutput struct{ Body User }

// SetOperatorInput makes a user an operator, or ends that.
type SetOperatorInput struct {
	UserPath

	Body struct {
		Operator bool `json:"operator"`
	}
}

// Member is a user in an organisation.
type Member struct {
	User      Account   `json:"user"`
	Role      string    `enum:"owner,developer,viewer" json:"role"`
	CreatedAt time.Time `doc:"Since when the user is a member." json:"created_at"`
}

// MemberOutput is one member.
type MemberOutput struct{ Body Member }

// ListMembersInput asks for the members of one organisation.
type ListMembersInput struct {
	OrganisationPath
	LongPageInput
}

// MemberPath names one member of an organisation.
type MemberPath struct {
	OrganisationPath
	UserPath
}

// UpdateMemberInput gives a member another role.
type UpdateMemberInput struct {
	MemberPath

	Body struct {
		Role string `enum:"owner,developer,viewer" json:"role"`
	}
}

// TransferOrganisationInput makes another member the owner in place of the caller.
type TransferOrganisationInput struct {
	OrganisationPath

	Body struct {
		UserID uuid.UUID `doc:"The member who is to be owner. You become a developer." json:"user_id"`
	}
}
