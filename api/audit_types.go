package api

import (
	"time"

	"github.com/google/uuid"
)

// AuditEvent records one change, and who made it.
//
//nolint:lll // One field a line, with its documentation.
type AuditEvent struct {
	ID             uuid.UUID      `json:"id"`
	OrganisationID *uuid.UUID     `doc:"Absent for what belongs to the platform or to one user." json:"organisation_id,omitempty"`
	Actor          Actor          `json:"actor"`
	UserID         *uuid.UUID     `doc:"The user behind it: the actor, or the member that made the actor's token. Absent when there is none." json:"user_id,omitempty"`
	TokenID        *uuid.UUID     `doc:"The token that the request carried." json:"token_id,omitempty"`
	Action         string         `enum:"deployment.cancel,deployment.create,deployment.promote,deployment.redeploy,deployment.restart,deployment.rollback,domain.create,domain.delete,edge.create,edge.delete,edge.rotate_token,environment.create,environment.delete,environment.unpin,environment.update,environment_variable.delete,environment_variable.set,invitation.accept,invitation.create,invitation.revoke,member.leave,member.remove,member.update,node.create,node.delete,node.rotate_token,node.update,operator.sign_in,organisation.create,organisation.delete,organisation.transfer,project.create,project.delete,project.unpin,project.update,token.create,token.first_use,token.revoke,token.rotate,user.add,user.update" json:"action"`
	SubjectType    string         `enum:"deployment,domain,edge,environment,invitation,node,organisation,project,token,user" json:"subject_type"`
	SubjectID      uuid.UUID      `json:"subject_id"`
	Details        map[string]any `doc:"Names and ids that belong to the change, such as the slug of a project." json:"details"`
	CreatedAt      time.Time      `json:"created_at"`
}

// Actor is who made a change.
//
//nolint:lll // One field a line, with its documentation.
type Actor struct {
	Kind string     `doc:"token: a token of an organisation; platform: nobody asked, as for a push that was polled, or somebody did on the platform's own machine." enum:"user,token,node,edge,platform" json:"kind"`
	ID   *uuid.UUID `doc:"Absent for the platform." json:"id,omitempty"`
}

// AuditFilterInput narrows a list of audit events. The filters of one request all hold.
type AuditFilterInput struct {
	PageInput

	ActorID   uuid.UUID `doc:"Only what this user, token, node or edge did."  query:"actor_id"`
	SubjectID uuid.UUID `doc:"Only what was done to this thing."              query:"subject_id"`
	Since     time.Time `doc:"Only what was done at this time or later."      query:"since"`
	Until     time.Time `doc:"Only what was done before this time."           query:"until"`
}

// ListAuditEventsInput asks for the audit events of one organisation.
type ListAuditEventsInput struct {
	OrganisationPath
	AuditFilterInput
}

// ListAllAuditEventsInput asks for the audit events of the platform and of all organisations.
type ListAllAuditEventsInput struct {
	AuditFilterInput

	OrganisationID uuid.UUID `doc:"Only what belongs to this organisation." query:"organisation_id"`
}
