package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
)

// domainRecords answers with what stands in the DNS. It looks itself, unless somebody has looked a moment ago; those who ask while it looks get the same.
func (s *service) domainRecords(ctx context.Context, input *DomainPath) (*DomainRecordsOutput, error) {
	row, err := s.customDomain(ctx, input.DomainID, "A generated domain is the platform's own: there is nothing to look for.")
	if err != nil {
		return nil, err
	}

	findings, at, ok := s.looks.recent(row.Domain)
	if ok {
		return &DomainRecordsOutput{Body: newDomainRecords(findings, at)}, nil
	}

	// Somebody who goes away does not take the answer from the others.
	organisation, asking := organisationOf(ctx), context.WithoutCancel(ctx)
	key := row.Domain.ID.String() + lo.FromPtr(row.Domain.VerificationToken)

	looked := s.looks.running.DoChan(key, func() (any, error) { return s.look(asking, row, organisation) })

	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-looked:
		if result.Err != nil {
			return nil, result.Err
		}

		records, _ := result.Val.(DomainRecords)

		return &DomainRecordsOutput{Body: records}, nil
	}
}

// look asks the DNS about a domain and changes nothing. Where it finds what the domain's row does not say yet, the workers check the domain at once.
func (s *service) look(ctx context.Context, row database.ListDomainsRow, organisation uuid.UUID) (DomainRecords, error) {
	end, err := s.looks.turns.take(ctx, organisation)
	if err != nil {
		return DomainRecords{}, err
	}
	defer end()

	// Another look may have ended since it was found that there is none.
	if findings, at, ok := s.looks.recent(row.Domain); ok {
		return newDomainRecords(findings, at), nil
	}

	findings, err := s.domains.Look(ctx, row.Domain, row.Generated)
	if err != nil && !errors.Is(err, dnscheck.ErrUnanswered) {
		return DomainRecords{}, err
	}

	at := s.looks.keep(row.Domain, findings)

	if findings.Proven && (row.Domain.VerifiedAt == nil || row.Domain.FailingSince != nil) {
		if err := s.queries.HastenDomainCheck(ctx, row.Domain.ID, organisation); err != nil {
			return DomainRecords{}, err
		}
	}

	return newDomainRecords(findings, at), nil
}

func newDomainRecords(findings dnscheck.Findings, at time.Time) DomainRecords {
	return DomainRecords{LookedAt: at, Proven: findings.Proven, Records: lo.Map(findings.Records, func(record dnscheck.Record, _ int) CheckedRecord {
		return CheckedRecord{DNSRecord: newRecord(record), Answered: record.Answered, Found: record.Found, OK: record.OK}
	})}
}
