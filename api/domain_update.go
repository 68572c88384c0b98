package api

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

func (s *service) updateDomain(ctx context.Context, input *UpdateDomainInput) (*DomainOutput, error) {
	row, err := s.domain(ctx, input.DomainID)
	if err != nil {
		return nil, err
	}

	if row.Domain.Kind == kindGenerated && input.Body.RedirectTo != nil {
		return nil, problem.New(problem.Conflict, "A generated domain always leads to its environment. Only custom domains can send visitors on.")
	}

	if input.Body.RedirectTo == nil && input.Body.HTTPS == nil && input.Body.HSTSSeconds == nil {
		return &DomainOutput{Body: s.newDomain(row)}, nil
	}

	err = s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := lockProject(ctx, queries, row.Domain.ProjectID); err != nil {
			return err
		}

		if err := setDomain(ctx, queries, row.Domain, input); err != nil {
			return err
		}

		event := domainEvent("domain.update", row.Domain.ID, row.Domain.Hostname, lo.FromPtr(input.Body.RedirectTo))
		if input.Body.HTTPS != nil {
			event.Details["https"] = *input.Body.HTTPS
		}

		if input.Body.HSTSSeconds != nil {
			event.Details["hsts_seconds"] = *input.Body.HSTSSeconds
		}

		return audit(ctx, queries, event)
	})
	if err != nil {
		return nil, err
	}

	if row, err = s.domain(ctx, input.DomainID); err != nil {
		return nil, err
	}

	return &DomainOutput{Body: s.newDomain(row)}, nil
}

// setDomain writes what an update names. The project is locked.
func setDomain(ctx context.Context, queries *database.Queries, domain database.Domain, input *UpdateDomainInput) error {
	if input.Body.RedirectTo != nil {
		target, err := redirectTarget(ctx, queries, domain, *input.Body.RedirectTo)
		if err != nil {
			return err
		}

		if err := queries.SetDomainRedirect(ctx, target, domain.ID, organisationOf(ctx)); err != nil {
			return err
		}
	}

	return queries.SetDomainHTTPS(ctx, database.SetDomainHTTPSParams{
		Https: input.Body.HTTPS, HstsSeconds: input.Body.HSTSSeconds, ID: domain.ID, OrganisationID: organisationOf(ctx),
	})
}

// redirectTarget finds the domain that another one is to send visitors on to; nil where the hostname is empty. The project is locked, so that no two
// domains can come to send visitors to each other.
func redirectTarget(ctx context.Context, queries *database.Queries, from database.Domain, hostname string) (*uuid.UUID, error) {
	if hostname == "" {
		return nil, nil //nolint:nilnil // No target, and no error.
	}

	canonical, err := canonicalHostname(hostname)
	if err != nil {
		return nil, err
	}

	target, err := queries.FindDomainOf(ctx, database.FindDomainOfParams{
		ProjectID: from.ProjectID, EnvironmentID: from.EnvironmentID, Hostname: canonical, OrganisationID: organisationOf(ctx),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, problem.New(problem.Invalid, "The environment has no domain %s to send visitors on to. Add it first.", canonical)
	}

	if err != nil {
		return nil, err
	}

	isTarget, err := queries.DomainIsRedirectedTo(ctx, from.ID, organisationOf(ctx))

	switch {
	case err != nil:
		return nil, err
	case target.ID == from.ID:
		return nil, problem.New(problem.Invalid, "A domain cannot send visitors on to itself.")
	case target.RedirectToID != nil:
		return nil, problem.New(problem.Invalid, "%s sends visitors on itself. Choose the domain that they end at.", canonical)
	case isTarget:
		return nil, problem.New(problem.Invalid, "Other domains send visitors to this one. Let them send visitors to %s first.", canonical)
	default:
		return &target.ID, nil
	}
}
