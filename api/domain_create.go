package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

func (s *service) createDomain(ctx context.Context, input *CreateDomainInput) (*DomainOutput, error) {
	hostname, err := s.config.customHostname(input.Body.Hostname)
	if err != nil {
		return nil, err
	}

	environment := lo.FromPtrOr(input.Body.EnvironmentID, input.ProjectID)
	request := []string{input.ProjectID.String(), hostname}

	// As api of the version before hashed it.
	if environment != input.ProjectID || input.Body.RedirectTo != "" {
		request = append(request, environment.String())
	}

	if input.Body.RedirectTo != "" {
		request = append(request, input.Body.RedirectTo)
	}

	created, err := s.createOnce(ctx, input.IdempotencyKey, "create-domain", request, func(settle settle) (uuid.UUID, error) {
		return s.insertDomain(ctx, input, environment, hostname, settle)
	})
	if err != nil {
		return nil, err
	}

	row, err := s.domain(ctx, created)
	if err != nil {
		return nil, err
	}

	return &DomainOutput{Body: s.newDomain(row)}, nil
}

func (s *service) insertDomain(ctx context.Context, input *CreateDomainInput, environment uuid.UUID, hostname string, settle settle) (uuid.UUID, error) {
	domain := id.New()

	return domain, s.inTx(ctx, func(queries *database.Queries) error {
		locked, err := lockProject(ctx, queries, input.ProjectID)
		if err != nil {
			return err
		}

		if err := requireEnvironment(ctx, queries, locked.ID, environment); err != nil {
			return err
		}

		if err := requireFewClaims(ctx, queries); err != nil {
			return err
		}

		target, err := redirectTarget(ctx, queries, database.Domain{ID: domain, ProjectID: locked.ID, EnvironmentID: environment}, input.Body.RedirectTo)
		if err != nil {
			return err
		}

		if err := quota.Domain(ctx, queries, locked.OrganisationID); err != nil {
			return err
		}

		_, err = queries.CreateDomain(ctx, database.CreateDomainParams{
			ID: domain, ProjectID: locked.ID, OrganisationID: locked.OrganisationID, EnvironmentID: environment, Hostname: hostname, Kind: kindCustom,
			VerificationToken: new(workflows.NewVerificationToken()), RedirectToID: target,
		})
		if err != nil {
			return taken(err, problem.New(problem.Conflict,
				"%s is a domain of this project already. Remove it first, should another environment answer on it.", hostname))
		}

		if err := settle(ctx, queries, domain); err != nil {
			return err
		}

		return audit(ctx, queries, domainEvent("domain.create", domain, hostname, input.Body.RedirectTo))
	})
}

// requireFewClaims refuses another claim to an organisation that has many which are not proven: the DNS is asked for each of them again and again.
func requireFewClaims(ctx context.Context, queries *database.Queries) error {
	const most = 50

	claims, err := queries.CountClaims(ctx, organisationOf(ctx))
	if err == nil && claims >= most {
		err = problem.New(problem.Conflict,
			"%d domains of the organisation are not proven, which is as many as there can be. Make their DNS records, or remove some of them.", claims)
	}

	return err
}
