package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// maxOrganisations bounds the organisations that get-me shows.
const maxOrganisations = 1000

func (s *service) getMe(ctx context.Context, _ *struct{}) (*MeOutput, error) {
	who := callerOf(ctx)

	user, err := s.queries.GetUser(ctx, who.userID)
	if err != nil {
		return nil, err
	}

	rows, err := s.organisationsOf(ctx, "", uuid.Max, maxOrganisations)
	if err != nil {
		return nil, err
	}

	me := newUser(user)
	me.Operator = who.operator // A token of an organisation makes nobody one.

	return &MeOutput{Body: Me{
		User: me, Token: who.tokenID,
		Organisations: lo.Map(rows, func(r database.ListOrganisationsOfRow, _ int) Organisation {
			return newOrganisation(r.Organisation, who.roleAs(role(r.Role)))
		}),
	}}, nil
}

func (s *service) listOrganisations(ctx context.Context, input *ListOrganisationsInput) (*PageOutput[Organisation], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.organisationsOf(ctx, input.Slug, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, rows,
		func(r database.ListOrganisationsOfRow) Organisation {
			return newOrganisation(r.Organisation, callerOf(ctx).roleAs(role(r.Role)))
		},
		func(o Organisation) uuid.UUID { return o.ID }), nil
}

// organisationsOf lists the organisations of the caller, newest first: all for the empty slug.
func (s *service) organisationsOf(ctx context.Context, slug string, before uuid.UUID, rows int32) ([]database.ListOrganisationsOfRow, error) {
	who := callerOf(ctx)

	return s.queries.ListOrganisationsOf(ctx, database.ListOrganisationsOfParams{
		UserID: who.userID, TokenOrganisationID: who.organisation, Slug: slug, Before: before, MaxRows: rows,
	})
}

func (s *service) getOrganisation(ctx context.Context, _ *OrganisationPath) (*OrganisationOutput, error) {
	admitted := admissionOf(ctx)

	row, err := s.queries.GetOrganisationOf(ctx, admitted.organisation, admitted.caller.userID)
	if row, err = found(row, err, "organisation"); err != nil {
		return nil, err
	}

	return &OrganisationOutput{Body: newOrganisation(row.Organisation, admitted.role)}, nil
}

func (s *service) createOrganisation(ctx context.Context, input *CreateOrganisationInput) (*OrganisationOutput, error) {
	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-organisation", input.Body, func(settle settle) (uuid.UUID, error) {
		return s.insertOrganisation(ctx, input.Body.Name, input.Body.Slug, settle)
	})
	if err != nil {
		return nil, err
	}

	if ctx, err = s.enter(ctx, created); err != nil {
		return nil, err
	}

	return s.getOrganisation(ctx, nil)
}

func (s *service) insertOrganisation(ctx context.Context, name, slug string, settle settle) (uuid.UUID, error) {
	organisation := id.New()

	isTaken := func(candidate string) (bool, error) { return s.queries.OrganisationSlugTaken(ctx, candidate) }

	return organisation, withFreeSlug(name, slug, "organisation", isTaken, func(slug string) error {
		return s.inTx(ctx, func(queries *database.Queries) error {
			if err := s.mayOwnAnother(ctx, queries); err != nil {
				return err
			}

			if _, err := queries.CreateOrganisation(ctx, organisation, slug, name); err != nil {
				return taken(err, errSlugTaken)
			}

			if err := queries.AddMember(ctx, organisation, callerOf(ctx).userID, string(roleOwner)); err != nil {
				return err
			}

			if err := settle(ctx, queries, organisation); err != nil {
				return err
			}

			return auditAs(ctx, queries, callerOf(ctx), &organisation,
				organisationEvent("organisation.create", organisation, map[string]any{detailSlug: slug}))
		})
	})
}

// mayOwnAnother returns a conflict where the caller owns as many organisations as a user may: quotas are for each of them. The caller makes one at a time.
func (s *service) mayOwnAnother(ctx context.Context, queries *database.Queries) error {
	who := callerOf(ctx)
	if who.operator {
		return nil
	}

	if err := queries.LockUser(ctx, who.userID); err != nil {
		return err
	}

	owned, err := queries.CountOwned(ctx, who.userID)
	if err != nil || owned < int64(s.use.limits.Organisations) {
		return err
	}

	return problem.New(problem.Conflict, "You own %d organisations, and may own %d. Delete one, or ask an operator of the platform.",
		owned, s.use.limits.Organisations)
}

// onlyOrganisation returns the organisation of a caller that is a member of one alone.
func (s *service) onlyOrganisation(ctx context.Context) (uuid.UUID, error) {
	const enoughToTell = 2

	rows, err := s.organisationsOf(ctx, "", uuid.Max, enoughToTell)
	if err != nil {
		return uuid.Nil, err
	}

	if len(rows) != 1 {
		return uuid.Nil, problem.New(problem.Invalid, "Say which organisation the project is for: you are a member of none or of several.")
	}

	return rows[0].Organisation.ID, nil
}

func newOrganisation(row database.Organisation, yours role) Organisation {
	return Organisation{ID: row.ID, Slug: row.Slug, Name: row.Name, Role: string(yours), CreatedAt: row.CreatedAt}
}

func organisationEvent(action string, organisation uuid.UUID, details map[string]any) AuditEvent {
	return AuditEvent{Action: action, SubjectType: "organisation", SubjectID: organisation, Details: details}
}
