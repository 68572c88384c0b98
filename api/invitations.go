package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) listInvitations(ctx context.Context, input *ListInvitationsInput) (*PageOutput[Invitation], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListInvitations(ctx, organisationOf(ctx), before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows, newInvitation, func(i Invitation) uuid.UUID { return i.ID }), nil
}

func (s *service) createInvitation(ctx context.Context, input *CreateInvitationInput) (*InvitationOutput, error) {
	// Accounts are compared in lower case.
	email, login := lo.EmptyableToPtr(strings.ToLower(input.Body.Email)), lo.EmptyableToPtr(strings.ToLower(input.Body.GitHubLogin))
	if (email == nil) == (login == nil) {
		return nil, problem.New(problem.Invalid, "Say who is invited: either with email or with github_login.")
	}

	output := &InvitationOutput{}

	return output, s.changeMembers(ctx, func(queries *database.Queries) error {
		organisation := organisationOf(ctx)
		if err := queries.ReplaceInvitations(ctx, organisation, email, login); err != nil {
			return err
		}

		row, err := queries.CreateInvitation(ctx, database.CreateInvitationParams{
			ID: id.New(), OrganisationID: organisation, Email: email, GithubLogin: login, Role: input.Body.Role,
			InvitedBy: new(callerOf(ctx).userID), Lifetime: time.Duration(input.Body.ExpiresInDays) * day,
		})
		if err != nil {
			return err
		}

		output.Body = newInvitation(row)

		return audit(ctx, queries, invitationEvent("invitation.create", row.ID, map[string]any{"role": row.Role}))
	})
}

func (s *service) revokeInvitation(ctx context.Context, input *OrganisationInvitationPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		revoked, err := queries.RevokeInvitation(ctx, input.InvitationID, organisationOf(ctx))
		if err != nil {
			return err
		}

		if revoked == 0 {
			return notFound("invitation")
		}

		return audit(ctx, queries, invitationEvent("invitation.revoke", input.InvitationID, nil))
	})
}

func (s *service) listReceivedInvitations(ctx context.Context, input *PageInput) (*PageOutput[ReceivedInvitation], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListInvitationsFor(ctx, callerOf(ctx).userID, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows,
		func(r database.ListInvitationsForRow) ReceivedInvitation {
			return ReceivedInvitation{Invitation: newInvitation(r.Invitation), OrganisationSlug: r.Slug, OrganisationName: r.Name}
		},
		func(i ReceivedInvitation) uuid.UUID { return i.ID }), nil
}

// acceptInvitation makes the caller a member. For anybody but the invited account there is no such invitation, nor is there when it was taken.
func (s *service) acceptInvitation(ctx context.Context, input *InvitationPath) (*OrganisationOutput, error) {
	who := callerOf(ctx)

	organisation, err := s.queries.FindInvitationFor(ctx, who.userID, input.InvitationID)
	if organisation, err = found(organisation, err, "invitation"); err != nil {
		return nil, err
	}

	err = s.inTx(ctx, func(queries *database.Queries) error {
		locked, err := queries.LockMembers(ctx, organisation)
		if _, err = found(locked, err, "invitation"); err != nil {
			return err
		}

		return join(ctx, queries, who, input.InvitationID, organisation)
	})
	if err != nil {
		return nil, err
	}

	if ctx, err = s.enter(ctx, organisation); err != nil {
		return nil, err
	}

	return s.getOrganisation(ctx, nil)
}

// join takes an invitation. The members of the organisation are locked.
func join(ctx context.Context, queries *database.Queries, who caller, invitation, organisation uuid.UUID) error {
	switch _, err := queries.GetMember(ctx, organisation, who.userID); {
	case err == nil:
		return problem.New(problem.Conflict, "You are a member of this organisation already.")
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}

	taken, err := queries.AcceptInvitation(ctx, invitation, organisation)
	if taken, err = found(taken, err, "invitation"); err != nil {
		return err
	}

	if err := queries.AddMember(ctx, organisation, who.userID, taken.Role); err != nil {
		return err
	}

	return auditAs(ctx, queries, who, &organisation, invitationEvent("invitation.accept", invitation, map[string]any{"role": taken.Role}))
}

func newInvitation(row database.Invitation) Invitation {
	return Invitation{
		ID: row.ID, OrganisationID: row.OrganisationID, Email: lo.FromPtr(row.Email), GitHubLogin: lo.FromPtr(row.GithubLogin), Role: row.Role,
		InvitedBy: row.InvitedBy, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt,
	}
}

func invitationEvent(action string, invitation uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "invitation", SubjectID: invitation, Details: details}
}
