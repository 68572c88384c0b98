package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The roles of members, as organisation_members.role has them.
const roleOwner = "owner"

// maxOrganisations bounds the organisations that get-me shows.
const maxOrganisations = 1000

func (s *service) getMe(ctx context.Context, _ *struct{}) (*MeOutput, error) {
	user, err := s.queries.GetUser(ctx, callerOf(ctx).userID)
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListOrganisationsOf(ctx, user.ID, uuid.Max, maxOrganisations)
	if err != nil {
		return nil, err
	}

	return &MeOutput{Body: Me{
		User: User{ID: user.ID, Email: user.Email, Name: user.Name, Operator: user.Operator},
		Organisations: lo.Map(rows, func(r database.ListOrganisationsOfRow, _ int) Organisation {
			return newOrganisation(r.Organisation, r.Role)
		}),
	}}, nil
}

func (s *service) listOrganisations(ctx context.Context, input *PageInput) (*PageOutput[Organisation], error) {
	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListOrganisationsOf(ctx, callerOf(ctx).userID, before, input.rows())
	if err != nil {
		return nil, err
	}

	return page(*input, rows,
		func(r database.ListOrganisationsOfRow) Organisation { return newOrganisation(r.Organisation, r.Role) },
		func(o Organisation) uuid.UUID { return o.ID }), nil
}

func (s *service) getOrganisation(ctx context.Context, input *OrganisationPath) (*OrganisationOutput, error) {
	row, err := s.organisation(ctx, input.OrganisationID)
	if err != nil {
		return nil, err
	}

	return &OrganisationOutput{Body: newOrganisation(row.Organisation, row.Role)}, nil
}

func (s *service) createOrganisation(ctx context.Context, input *CreateOrganisationInput) (*OrganisationOutput, error) {
	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-organisation", input.Body, func(settle settle) (uuid.UUID, error) {
		return s.insertOrganisation(ctx, input.Body.Name, input.Body.Slug, settle)
	})
	if err != nil {
		return nil, err
	}

	return s.getOrganisation(ctx, &OrganisationPath{OrganisationID: created})
}

func (s *service) insertOrganisation(ctx context.Context, name, slug string, settle settle) (uuid.UUID, error) {
	organisation := id.New()

	isTaken := func(candidate string) (bool, error) { return s.queries.OrganisationSlugTaken(ctx, candidate) }

	return organisation, withFreeSlug(name, slug, "organisation", isTaken, func(slug string) error {
		return s.inTx(ctx, func(queries *database.Queries) error {
			if _, err := queries.CreateOrganisation(ctx, organisation, slug, name); err != nil {
				return taken(err, errSlugTaken)
			}

			if err := queries.AddMember(ctx, organisation, callerOf(ctx).userID, roleOwner); err != nil {
				return err
			}

			if err := settle(ctx, queries, organisation); err != nil {
				return err
			}

			return audit(ctx, queries, &organisation, AuditEvent{
				Action: "organisation.create", SubjectType: "organisation", SubjectID: organisation, Details: map[string]any{"slug": slug},
			})
		})
	})
}

// organisation returns one organisation if the caller is a member of it.
func (s *service) organisation(ctx context.Context, organisation uuid.UUID) (database.GetOrganisationOfRow, error) {
	row, err := s.queries.GetOrganisationOf(ctx, organisation, callerOf(ctx).userID)

	return found(row, err, "organisation")
}

// onlyOrganisation returns the organisation of a caller that is a member of one alone.
func (s *service) onlyOrganisation(ctx context.Context) (uuid.UUID, error) {
	const enoughToTell = 2

	rows, err := s.queries.ListOrganisationsOf(ctx, callerOf(ctx).userID, uuid.Max, enoughToTell)
	if err != nil {
		return uuid.Nil, err
	}

	if len(rows) != 1 {
		return uuid.Nil, problem.New(problem.Invalid, "Say which organisation the project is for: you are a member of none or of several.")
	}

	return rows[0].Organisation.ID, nil
}

func newOrganisation(row database.Organisation, role string) Organisation {
	return Organisation{ID: row.ID, Slug: row.Slug, Name: row.Name, Role: role, CreatedAt: row.CreatedAt}
}
