package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerAccount(api huma.API) {
	huma.Register(api, get(tagAccount, anyUser(), "get-me", "/v1/me", text{
		"Show who you are", "The user that the token belongs to, with the organisations that they are a member of. A token of an organisation shows that one alone.",
	}), s.getMe)
	huma.Register(api, get(tagAccount, anyUser(), "list-tokens", "/v1/tokens", text{
		"List your tokens", "Your tokens that have not been revoked, newest first. Their secrets are not shown again. A token of an organisation shows itself and those that were made with it.",
	}), s.listTokens)
	huma.Register(api, also(create(tagAccount, anyUser(), "create-token", "/v1/tokens", text{
		"Make a token", "Makes another token: one with all that you may do, or one that is for an organisation alone, with a role there. It may not do more, nor live longer, than the token that makes it, " +
			"and is revoked with it. Tokens that were made one with the other may be ten deep: beyond that it is a conflict. The answer holds its secret, this once.",
	}), http.StatusNotFound, http.StatusConflict), s.createToken)
	huma.Register(api, remove(tagAccount, anyUser(), "revoke-token", "/v1/tokens/{token_id}", text{
		"Revoke a token", "The token, which may be the one that this request carries, is refused from then on, and so are those that were made with it.",
	}), s.revokeToken)
	huma.Register(api, also(create(tagAccount, anyUser(), "rotate-token", "/v1/tokens/{token_id}/rotate", text{
		"Replace a token", "Makes a token that may do the same until the same time. The old one stays valid for keep_old_minutes. A token can rotate itself and those that were made with it.",
	}), http.StatusConflict), s.rotateToken)
	huma.Register(api, get(tagAccount, personally(anyUser()), "list-received-invitations", "/v1/invitations", text{
		"List your invitations", "The invitations to organisations that you can take, newest first: those to your verified address, and those to your login at GitHub that were made before you last signed in with it.",
	}), s.listReceivedInvitations)
	huma.Register(api, also(operation(tagAccount, personally(anyUser()), http.MethodPost, http.StatusOK, "accept-invitation", "/v1/invitations/{invitation_id}/accept", text{
		"Take an invitation", "You become a member of the organisation, with the role of the invitation. It can be taken once, and by the invited account alone.",
	}), http.StatusConflict), s.acceptInvitation)
}

//nolint:lll // One text a line.
func (s *service) registerOrganisations(api huma.API) {
	const one = "/v1/organisations/{organisation_id}"

	huma.Register(api, get(tagOrganisations, anyUser(), "list-organisations", "/v1/organisations", text{
		"List your organisations", "The organisations that you are a member of, newest first.",
	}), s.listOrganisations)
	huma.Register(api, also(create(tagOrganisations, personally(anyUser()), "create-organisation", "/v1/organisations", text{
		"Make an organisation", "You become its owner. A slug of your choice that is taken is a conflict; one made from the name gets a suffix where it is taken.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.createOrganisation)
	huma.Register(api, get(tagOrganisations, viewerOf(organisationSubject()), "get-organisation", one, text{
		"Show an organisation", "One organisation, with your role in it.",
	}), s.getOrganisation)
	huma.Register(api, also(operation(tagOrganisations, personally(ownerOf(organisationSubject())), http.MethodPatch, http.StatusOK, "update-organisation", one, text{
		"Rename an organisation", "Changes the name or the slug that the body names and leaves the other. A slug that is taken is a conflict. Hostnames are made of the slugs of projects: " +
			"none changes. Links to the dashboard and .zeitwork.json that name the old slug lead to the organisation as long as no other one of the same user has that slug; anybody may take it.",
	}), http.StatusConflict), s.updateOrganisation)
	huma.Register(api, also(remove(tagOrganisations, personally(ownerOf(organisationSubject())), "delete-organisation", one, text{
		"Delete an organisation", "Its members, invitations, tokens and notification channels end. One that still has projects is a conflict: delete those first. " +
			"Projects whose deletion could be undone go for good. Nobody gets its slug again.",
	}), http.StatusConflict), s.deleteOrganisation)
	huma.Register(api, also(operation(tagOrganisations, personally(ownerOf(organisationSubject())), http.MethodPost, http.StatusOK, "transfer-organisation", one+"/transfer", text{
		"Hand an organisation over", "Another member becomes its owner, and you become a developer.",
	}), http.StatusConflict), s.transferOrganisation)
	huma.Register(api, get(tagOrganisations, viewerOf(organisationSubject()), "list-audit-events", one+"/audit-events", text{
		"List who changed what", "The changes to an organisation and to what it owns, newest first. Values of environment variables and tokens are never part of them.",
	}), s.listAuditEvents)
	huma.Register(api, get(tagOrganisations, viewerOf(organisationSubject()), "get-organisation-quotas", one+"/quotas", text{
		"Show what an organisation may use", "What an organisation may use at most, and what it uses now. Operators of the platform set the limits.",
	}), s.getOrganisationQuotas)
	huma.Register(api, get(tagOrganisations, ownerOf(organisationSubject()), "list-organisation-tokens", one+"/tokens", text{
		"List an organisation's tokens", "The tokens of an organisation that have not been revoked, with who made them, newest first.",
	}), s.listOrganisationTokens)
	huma.Register(api, remove(tagOrganisations, ownerOf(organisationSubject()), "revoke-organisation-token", one+"/tokens/{token_id}", text{
		"Revoke an organisation's token", "The token, whoever made it, is refused from then on, and so are those that were made with it.",
	}), s.revokeOrganisationToken)
}

//nolint:lll // One text a line.
func (s *service) registerMembers(api huma.API) {
	const members, invitations = "/v1/organisations/{organisation_id}/members", "/v1/organisations/{organisation_id}/invitations"

	huma.Register(api, get(tagMembers, viewerOf(organisationSubject()), "list-members", members, text{
		"List members", "The members of an organisation with their roles, those first whose account is the oldest.",
	}), s.listMembers)
	huma.Register(api, also(operation(tagMembers, personally(ownerOf(organisationSubject())), http.MethodPatch, http.StatusOK, "update-member", members+"/{user_id}", text{
		"Change a member's role", "The last owner stays one: to give that member another role is a conflict.",
	}), http.StatusConflict), s.updateMember)
	huma.Register(api, also(remove(tagMembers, ownerOf(organisationSubject()), "remove-member", members+"/{user_id}", text{
		"Remove a member", "The tokens that the member has made in the organisation are revoked. To remove the last owner is a conflict.",
	}), http.StatusConflict), s.removeMember)
	huma.Register(api, also(operation(tagMembers, personally(viewerOf(organisationSubject())), http.MethodPost, http.StatusNoContent, "leave-organisation", "/v1/organisations/{organisation_id}/leave", text{
		"Leave an organisation", "You are a member no more, and the tokens that you have made in the organisation are revoked. The last owner cannot leave: that is a conflict.",
	}), http.StatusConflict), s.leaveOrganisation)
	huma.Register(api, get(tagMembers, ownerOf(organisationSubject()), "list-invitations", invitations, text{
		"List invitations", "The invitations to an organisation that can still be taken, newest first.",
	}), s.listInvitations)
	huma.Register(api, create(tagMembers, personally(ownerOf(organisationSubject())), "create-invitation", invitations, text{
		"Invite an account", "The user with that verified address, or that account at GitHub, can become a member, once. An earlier invitation of the same account ends. " +
			"Nothing is sent: the invited user finds it among their invitations.",
	}), s.createInvitation)
	huma.Register(api, remove(tagMembers, ownerOf(organisationSubject()), "revoke-invitation", invitations+"/{invitation_id}", text{
		"Revoke an invitation", "Nobody can take it any more.",
	}), s.revokeInvitation)
}
