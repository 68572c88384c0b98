package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/quota"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// The kinds of domain, as domains.kind has them.
const (
	kindGenerated = "generated"
	kindCustom    = "custom"
)

// The states of a domain.
const (
	domainClaimed = "claimed"
	domainActive  = "active"
	domainFailing = "failing"
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
		if params.Hostname, err = canonicalDomain(input.Hostname); err != nil {
			return page(asked, nil, s.newDomain, domainID), nil //nolint:nilerr // See above.
		}
	}

	rows, err := s.queries.ListDomains(ctx, params)
	if err != nil {
		return nil, err
	}

	return page(asked, rows, s.newDomain, domainID), nil
}

// newDomain is a domain with the records that are to be made for it.
func (s *service) newDomain(row database.ListDomainsRow) Domain {
	domain := row.Domain
	made := Domain{
		ID: domain.ID, ProjectID: domain.ProjectID, EnvironmentID: domain.EnvironmentID, Hostname: domain.Hostname, Kind: domain.Kind, State: domainState(domain),
		DeploymentID: domain.DeploymentID, RedirectTo: row.RedirectTo, Records: []DNSRecord{}, HTTPS: domain.Https, HSTSSeconds: domain.HstsSeconds,
		Certificate: newDomainCertificate(row), CreatedAt: domain.CreatedAt,
	}

	if domain.Kind == kindGenerated {
		return made
	}

	made.VerifiedAt, made.CheckedAt, made.Message = domain.VerifiedAt, domain.CheckedAt, lo.FromPtr(domain.CheckMessage)
	made.NextCheckAt, made.FailingSince = &domain.NextCheckAt, domain.FailingSince

	if domain.VerifiedAt == nil {
		made.ExpiresAt = new(domain.ClaimedAt.Add(workflows.ClaimLasts))
	}

	made.Records = lo.Map(s.domains.Claim(domain, row.Generated).Records(), func(record dnscheck.Record, _ int) DNSRecord { return newRecord(record) })

	return made
}

func newRecord(record dnscheck.Record) DNSRecord {
	return DNSRecord{Type: record.Type, Name: record.Name, Value: record.Value, Proof: record.Proof}
}

func domainState(domain database.Domain) string {
	switch {
	case domain.Kind == kindCustom && domain.VerifiedAt == nil:
		return domainClaimed
	case domain.FailingSince != nil && time.Since(*domain.FailingSince) > workflows.WarnAfter:
		return domainFailing
	default:
		return domainActive
	}
}

func domainID(domain Domain) uuid.UUID { return domain.ID }

// domain returns one domain of the organisation that the operation is about.
func (s *service) domain(ctx context.Context, domain uuid.UUID) (database.ListDomainsRow, error) {
	row, err := s.queries.GetDomainOf(ctx, domain, organisationOf(ctx))
	row, err = found(row, err, "domain")

	return database.ListDomainsRow(row), err
}

// customDomain is domain for operations that a generated one is a conflict for; the refusal says why.
func (s *service) customDomain(ctx context.Context, domain uuid.UUID, refusal string) (database.ListDomainsRow, error) {
	row, err := s.domain(ctx, domain)
	if err == nil && row.Domain.Kind == kindGenerated {
		err = problem.New(problem.Conflict, "%s", refusal)
	}

	return row, err
}

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

func (s *service) checkDomain(ctx context.Context, input *DomainPath) (*CheckDomainOutput, error) {
	row, err := s.customDomain(ctx, input.DomainID, "A generated domain is the platform's own: there is nothing to check.")
	if err != nil {
		return nil, err
	}

	if err := s.looks.mayCheck(row.Domain); err != nil {
		return nil, err
	}

	findings, err := s.domains.Check(ctx, row.Domain.ID)
	if err != nil {
		return nil, err
	}

	found := newDomainRecords(findings, s.looks.keep(row.Domain, findings))

	if row, err = s.domain(ctx, input.DomainID); err != nil {
		return nil, err
	}

	output := &CheckDomainOutput{}
	output.Body.DomainRecords, output.Body.Domain = found, s.newDomain(row)

	return output, nil
}

func (s *service) deleteDomain(ctx context.Context, input *DomainPath) (*struct{}, error) {
	row, err := s.customDomain(ctx, input.DomainID, "The generated domain stays as long as its environment. Only custom domains can be taken away.")
	if err != nil {
		return nil, err
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := lockProject(ctx, queries, row.Domain.ProjectID); err != nil {
			return err
		}

		if row.CertificateSource != nil {
			if err := workflows.ChangeCertificates(ctx, queries); err != nil {
				return err
			}
		}

		if err := queries.DeleteDomain(ctx, row.Domain.ID, organisationOf(ctx)); err != nil {
			return err
		}

		return audit(ctx, queries, domainEvent("domain.delete", row.Domain.ID, row.Domain.Hostname, ""))
	})
}

func domainEvent(action string, domain uuid.UUID, hostname, redirectTo string) AuditEvent {
	details := map[string]any{"hostname": hostname}
	if redirectTo != "" {
		details["redirect_to"] = redirectTo
	}

	return AuditEvent{Action: action, SubjectType: "domain", SubjectID: domain, Details: details}
}
