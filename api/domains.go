package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
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
