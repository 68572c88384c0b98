package api

import (
	"context"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// detailSlugBefore is the slug that an organisation had until an event: organisations are found by it, too.
const detailSlugBefore = "slug_before"

func (s *service) updateOrganisation(ctx context.Context, input *UpdateOrganisationInput) (*OrganisationOutput, error) {
	err := s.inTx(ctx, func(queries *database.Queries) error {
		// The organisation comes first, and then its members, as in changeMembers: the other way around the two would wait for each other.
		before, err := queries.LockOrganisation(ctx, organisationOf(ctx))
		if before, err = found(before, err, "organisation"); err != nil {
			return err
		}

		if _, err := hold(ctx, queries); err != nil {
			return err
		}

		return renameOrganisation(ctx, queries, before, input)
	})
	if err != nil {
		return nil, err
	}

	return s.getOrganisation(ctx, nil)
}

// renameOrganisation gives a locked organisation the name and the slug that the body names. A body that names what is there already changes nothing.
func renameOrganisation(ctx context.Context, queries *database.Queries, before database.Organisation, input *UpdateOrganisationInput) error {
	after := before
	after.Name, after.Slug = lo.FromPtrOr(input.Body.Name, before.Name), lo.FromPtrOr(input.Body.Slug, before.Slug)

	if after == before {
		return nil
	}

	if after.Slug != before.Slug && reservedSlug(after.Slug) {
		return problem.New(problem.Invalid, "The slug %q is reserved. Choose another one.", after.Slug)
	}

	if err := queries.UpdateOrganisation(ctx, after.Name, after.Slug, after.ID); err != nil {
		return taken(err, slugTaken("organisation", after.Slug))
	}

	details := map[string]any{detailSlug: after.Slug}
	if after.Name != before.Name {
		details["name"] = after.Name
	}

	if after.Slug != before.Slug {
		details[detailSlugBefore] = before.Slug
	}

	return audit(ctx, queries, organisationEvent("organisation.update", after.ID, details))
}
