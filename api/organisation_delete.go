package api

import (
	"context"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// deleteOrganisation ends an organisation that has no projects: its members, invitations, tokens and notification channels. Its deleted projects go for good,
// since nobody is left who could restore them. Its slug is not given away again.
func (s *service) deleteOrganisation(ctx context.Context, _ *OrganisationPath) (*struct{}, error) {
	return nil, s.changeMembers(ctx, func(queries *database.Queries) error {
		organisation := organisationOf(ctx)

		// The memberships first: whoever makes a project or a token holds their own until it is there.
		if err := queries.RemoveMembers(ctx, organisation); err != nil {
			return err
		}

		if err := revokeTokensMadeIn(ctx, queries, nil); err != nil {
			return err
		}

		if err := queries.RevokeInvitations(ctx, organisation, nil); err != nil {
			return err
		}

		projects, err := queries.CountProjects(ctx, organisation)
		if err != nil {
			return err
		}

		if projects > 0 {
			return problem.New(problem.Conflict, "The organisation still has projects (%d). Delete them first: what runs for them ends with them.", projects)
		}

		if _, err := queries.DeleteNotificationChannels(ctx, organisation, nil); err != nil {
			return err
		}

		// An organisation that is gone sends no messages, so that nobody has to know any more who wants none.
		if err := queries.DeleteStoppedAddresses(ctx, organisation); err != nil {
			return err
		}

		if err := purgeProjects(ctx, queries); err != nil {
			return err
		}

		// Their accounts can be connected to another organisation.
		if err := queries.UntieInstallations(ctx, organisation); err != nil {
			return err
		}

		if err := queries.MarkOrganisationDeleted(ctx, organisation); err != nil {
			return err
		}

		return audit(ctx, queries, organisationEvent("organisation.delete", organisation, nil))
	})
}

// purgeProjects deletes the deleted projects of the operation's organisation for good, whose deletion could be undone until now.
func purgeProjects(ctx context.Context, queries *database.Queries) error {
	kept, err := queries.LockKeptProjects(ctx, organisationOf(ctx))
	if err != nil {
		return err
	}

	for _, project := range kept {
		if err := workflows.PurgeProject(ctx, queries, project); err != nil {
			return err
		}
	}

	return nil
}
