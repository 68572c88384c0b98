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
	TokenID        *uuid.UUID     `doc:"The token that the request carried, or the session." json:"token_id,omitempty"`
	Action         string         `enum:"deployment.approve,deployment.cancel,deployment.create,deployment.promote,deployment.rebalance,deployment.redeploy,deployment.restart,deployment.rollback,detection.create,device_login.approve,device_login.deny,domain.certificate,domain.certificate_delete,domain.create,domain.delete,domain.unverify,domain.update,domain.verify,edge.addresses,edge.bind_token,edge.create,edge.delete,edge.join,edge.join_token,edge.rotate_token,edge.update,environment.create,environment.delete,environment.unpin,environment.update,environment_variable.access,environment_variable.delete,environment_variable.import,environment_variable.read,environment_variable.set,github_app.create,github_installation.connect,github_installation.disconnect,invitation.accept,invitation.create,invitation.revoke,member.leave,member.remove,member.update,node.bind_token,node.create,node.delete,node.join,node.join_token,node.rotate_token,node.update,notification_channel.confirm,notification_channel.create,notification_channel.delete,notification_channel.resend_confirmation,notification_channel.rotate_key,notification_channel.stop,notification_channel.test,notification_channel.update,operator.sign_in,organisation.create,organisation.delete,organisation.transfer,organisation.update,project.check,project.create,project.delete,project.purge,project.restore,project.unpin,project.update,quota.set,repository_access.delete,repository_access.set,repository_access.trust_host,session.create,session.end,token.create,token.first_use,token.revoke,token.rotate,user.add,user.connect,user.create,user.sign_in_code,user.update" json:"action"`
	SubjectType    string         `enum:"deployment,detection,device_login,domain,edge,environment,github_app,github_installation,invitation,node,notification_channel,organisation,project,quota,session,token,user" json:"subject_type"`
	SubjectID      uuid.UUID      `json:"subject_id"`
	Details        map[string]any `doc:"Names and ids that belong to the change, such as the slug of a project." json:"details"`
	CreatedAt      time.Time      `json:"created_at"`
}

// Actor is who made a change.
//
//nolint:lll // One field a line, with its documentation.
type Actor struct {
	Kind  string     `doc:"token: a token of an organisation; platform: nobody asked, as for a push that was polled, or somebody did on the platform's own machine." enum:"user,token,node,edge,platform" json:"kind"`
	ID    *uuid.UUID `doc:"Absent for the platform." json:"id,omitempty"`
	Name  string     `doc:"The name of the user, token, node or edge; absent for the platform, and where it is gone." json:"name,omitempty"`
	Login string     `doc:"The user's login at GitHub, where one is tied." json:"login,omitempty"`
}

// AuditFilterInput narrows a list of audit events. The filters of one request all hold.
//
//nolint:lll // One field a line, with its documentation.
type AuditFilterInput struct {
	PageInput

	ActorID     uuid.UUID `doc:"Only what this user, token, node or edge did."  query:"actor_id"`
	SubjectID   uuid.UUID `doc:"Only what was done to this thing."              query:"subject_id"`
	Action      string    `doc:"Only these actions, separated by commas; one that ends in a dot stands for all that begin so, as project. does." example:"project.,deployment.cancel" maxLength:"1000" pattern:"^[a-z_]+\\.[a-z_]*(,[a-z_]+\\.[a-z_]*)*$" patternDescription:"actions or their beginnings with the dot, separated by commas" query:"action"`
	ActorKind   string    `doc:"Only what actors of this kind did." enum:"user,token,node,edge,platform" query:"actor_kind"`
	SubjectType string    `doc:"Only what was done to things of this type." enum:"deployment,detection,device_login,domain,edge,environment,github_app,github_installation,invitation,node,notification_channel,organisation,project,quota,session,token,user" query:"subject_type"`
	Since       time.Time `doc:"Only what was done at this time or later."      query:"since"`
	Until       time.Time `doc:"Only what was done before this time."           query:"until"`
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
