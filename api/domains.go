package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The kinds of domain, as domains.kind has them.
const (
	kindGenerated = "generated"
	kindCustom    = "custom"
)

func (s *service) listDomains(ctx context.Context, input *ListDomainsInput) (*PageOutput[Domain], error) {
	asked := PageInput(input.LongPageInput)

	after, err := asked.after()
	if err != nil {
		return nil, err
	}

	params := database.ListDomainsParams{
		ProjectID: input.ProjectID, OrganisationID: organisationOf(ctx), EnvironmentID: lo.EmptyableToPtr(input.EnvironmentID), After: after,
		MaxRows: asked.rows(),
	}

	if input.Hostname != "" {
		// No domain has a hostname that is none: the list is empty.
		if params.Hostname, err = canonicalHostname(input.Hostname); err != nil {
			return page(asked, nil, newDomain, domainID), nil //nolint:nilerr // See above.
		}
	}

	rows, err := s.queries.ListDomains(ctx, params)
	if err != nil {
		return nil, err
	}

	return page(asked, rows, newDomain, domainID), nil
}

func newDomain(row database.Domain) Domain { return Domain(row) }

func domainID(domain Domain) uuid.UUID { return domain.ID }

func (s *service) createDomain(ctx context.Context, input *CreateDomainInput) (*DomainOutput, error) {
	hostname, err := s.config.customHostname(input.Body.Hostname)
	if err != nil {
		return nil, err
	}

	environment := lo.FromPtrOr(input.Body.EnvironmentID, input.ProjectID)
	request := []string{input.ProjectID.String(), hostname}

	// As api of the version before hashed it.
	if environment != input.ProjectID {
		request = append(request, environment.String())
	}

	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-domain", request, func(settle settle) (uuid.UUID, error) {
		return s.insertDomain(ctx, input.ProjectID, environment, hostname, settle)
	})
	if err != nil {
		return nil, err
	}

	row, err := s.queries.GetDomainOf(ctx, created, organisationOf(ctx))
	if row, err = found(row, err, "domain"); err != nil {
		return nil, err
	}

	return &DomainOutput{Body: newDomain(row)}, nil
}

func (s *service) insertDomain(ctx context.Context, project, environment uuid.UUID, hostname string, settle settle) (uuid.UUID, error) {
	domain := id.New()

	return domain, s.inTx(ctx, func(queries *database.Queries) error {
		// flip_route takes the same lock: it moves the project's domains before this one exists or with it.
		locked, err := lockProject(ctx, queries, project)
		if err != nil {
			return err
		}

		if err := requireEnvironment(ctx, queries, project, environment); err != nil {
			return err
		}

		_, err = queries.CreateDomain(ctx, database.CreateDomainParams{
			ID: domain, ProjectID: project, OrganisationID: locked.OrganisationID, EnvironmentID: environment, Hostname: hostname, Kind: kindCustom,
		})
		if err != nil {
			return taken(err, problem.New(problem.Conflict, "%s is a domain of a project already. Take it away there first.", hostname))
		}

		if err := changeRoutes(ctx, queries); err != nil {
			return err
		}

		if err := settle(ctx, queries, domain); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{
			Action: "domain.create", SubjectType: "domain", SubjectID: domain, Details: map[string]any{"hostname": hostname},
		})
	})
}

func (s *service) deleteDomain(ctx context.Context, input *DomainPath) (*struct{}, error) {
	row, err := s.queries.GetDomainOf(ctx, input.DomainID, organisationOf(ctx))
	if row, err = found(row, err, "domain"); err != nil {
		return nil, err
	}

	if row.Kind == kindGenerated {
		return nil, problem.New(problem.Conflict, "The generated domain stays as long as its environment. Only custom domains can be taken away.")
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if err := queries.DeleteDomain(ctx, row.ID, organisationOf(ctx)); err != nil {
			return err
		}

		if err := changeRoutes(ctx, queries); err != nil {
			return err
		}

		return audit(ctx, queries, AuditEvent{
			Action: "domain.delete", SubjectType: "domain", SubjectID: row.ID, Details: map[string]any{"hostname": row.Hostname},
		})
	})
}
