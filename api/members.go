package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) listMembers(ctx context.Context, input *ListMembersInput) (*PageOutput[Member], error) {
	asked := PageInput(input.LongPageInput)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListMembers(ctx, organisationOf(ctx), after, asked.rows())
	if err != nil {
		return nil, err
	}

	return page(asked, rows,
		func(r database.ListMembersRow) Member { return newMember(database.GetMemberRow(r)) },
		func(m Member) uuid.UUID { return m.User.ID }), nil
}

func (s *service) updateMember(ctx context.Context, input *UpdateMemberInput) (*MemberOutput, error) {
	output := &MemberOutput{}

	return output, s.changeMembers(ctx, func(queries *database.Queries) error {
		member, err := memberOf(ctx, queries, input.UserID)
		if err != nil {
			return err
		}

		if err := setRole(ctx, queries, member, role(input.Body.Role)); err != nil {
			return err
		}

		member.OrganisationMember.Role = input.Body.Role
		output.Body = newMember(member)

		return audit(ctx, queries, memberEvent("member.update", input.UserID, map[string]any{"role": input.Body.Role}))
	})
}

func (s *service) removeMember(ctx context.Context, input *MemberPath) (*struct{}, error) {
	return nil, s.changeMembers(ctx, func(queries *database.Queries) error {
		if err := dismiss(ctx, queries, input.UserID); err != nil {
			return err
		}

		return audit(ctx, queries, memberEvent("member.remove", input.UserID, nil))
	})
}

func (s *service) leaveOrganisation(ctx context.Context, _ *OrganisationPath) (*struct{}, error) {
	return nil, s.changeMembers(ctx, func(queries *database.Queries) error {
		who := callerOf(ctx).userID
		if err := dismiss(ctx, queries, who); err != nil {
			return err
		}

		return audit(ctx, queries, memberEvent("member.leave", who, nil))
	})
}

func (s *service) transferOrganisation(ctx context.Context, input *TransferOrganisationInput) (*OrganisationOutput, error) {
	who := callerOf(ctx).userID
	if input.Body.UserID == who {
		return nil, problem.New(problem.Invalid, "You are the owner already: name the member who is to be it in your place.")
	}

	err := s.changeMembers(ctx, func(queries *database.Queries) error {
		for _, change := range []struct {
			user uuid.UUID
			role role
		}{{input.Body.UserID, roleOwner}, {who, roleDeveloper}} {
			member, err := memberOf(ctx, queries, change.user)
			if err != nil {
				return err
			}

			if err := setRole(ctx, queries, member, change.role); err != nil {
				return err
			}
		}

		return audit(ctx, queries, memberEvent("organisation.transfer", input.Body.UserID, nil))
	})
	if err != nil {
		return nil, err
	}

	admitted := admissionOf(ctx)
	admitted.role = roleDeveloper

	return s.getOrganisation(context.WithValue(ctx, admissionKey{}, admitted), nil)
}

// changeMembers changes the members of the operation's organisation, in one transaction, and one such change at a time. What the caller may do is
// looked at once more: another change may have ended it meanwhile.
func (s *service) changeMembers(ctx context.Context, change func(queries *database.Queries) error) error {
	return s.inTx(ctx, func(queries *database.Queries) error {
		locked, err := queries.LockMembers(ctx, organisationOf(ctx))
		if _, err = found(locked, err, "organisation"); err != nil {
			return err
		}

		if _, err := hold(ctx, queries); err != nil {
			return err
		}

		return change(queries)
	})
}

// memberOf returns a member of the operation's organisation, whose members are locked.
func memberOf(ctx context.Context, queries *database.Queries, user uuid.UUID) (database.GetMemberRow, error) {
	row, err := queries.GetMember(ctx, organisationOf(ctx), user)

	return found(row, err, "member")
}

// setRole gives a member another role. An organisation always has an owner.
func setRole(ctx context.Context, queries *database.Queries, member database.GetMemberRow, wanted role) error {
	if wanted != roleOwner {
		if err := resign(ctx, queries, member); err != nil {
			return err
		}
	}

	_, err := queries.SetMemberRole(ctx, string(wanted), organisationOf(ctx), member.User.ID)

	return err
}

// dismiss ends a membership, with the tokens that the member has made in the organisation.
func dismiss(ctx context.Context, queries *database.Queries, user uuid.UUID) error {
	member, err := memberOf(ctx, queries, user)
	if err != nil {
		return err
	}

	if err := resign(ctx, queries, member); err != nil {
		return err
	}

	// The membership first: whoever makes a token with it holds it until the token is there.
	if _, err := queries.RemoveMember(ctx, organisationOf(ctx), user); err != nil {
		return err
	}

	return revokeTokensMadeIn(ctx, queries, &user)
}

// resign is for members who are not going to be owners: the last owner is refused, and the invitations of an owner end.
func resign(ctx context.Context, queries *database.Queries, member database.GetMemberRow) error {
	if role(member.OrganisationMember.Role) != roleOwner {
		return nil
	}

	others, err := queries.CountOtherOwners(ctx, organisationOf(ctx), member.User.ID)
	if err != nil {
		return err
	}

	if others == 0 {
		return problem.New(problem.Conflict,
			"An organisation always has an owner, and this is the last one. Make another member an owner first, or delete the organisation.")
	}

	return queries.RevokeInvitations(ctx, organisationOf(ctx), &member.User.ID)
}

func newMember(row database.GetMemberRow) Member {
	return Member{User: newAccount(row.User), Role: row.OrganisationMember.Role, CreatedAt: row.OrganisationMember.CreatedAt}
}

func memberEvent(action string, user uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "user", SubjectID: user, Details: details}
}
