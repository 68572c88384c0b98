package api

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// maxCertificateBody is the longest body with a certificate and its key.
const maxCertificateBody = 128 << 10

// The states of a certificate, beside those of its row.
const (
	certificateActive   = "active"
	certificateExpiring = "expiring"
	certificateFailed   = "failed"
	certificateUploaded = "uploaded"
)

func newDomainCertificate(row database.ListDomainsRow) *DomainCertificate {
	if row.CertificateState == nil {
		return nil
	}

	made := &DomainCertificate{
		Source: lo.FromPtr(row.CertificateSource), State: *row.CertificateState, NotAfter: row.CertificateNotAfter, Message: lo.FromPtr(row.CertificateProblem),
	}

	if made.State != certificateActive || made.NotAfter == nil {
		return made
	}

	left := time.Until(*made.NotAfter)

	switch {
	case left <= 0:
		made.State = certificateFailed
	case left < workflows.ExpiresSoon && made.Source == certificateUploaded:
		made.State = certificateExpiring
	default:
		return made
	}

	if made.Source == certificateUploaded {
		made.Message = "Nothing renews a certificate that was uploaded. Upload the next one, or remove this one."
	}

	return made
}

func (s *service) putDomainCertificate(ctx context.Context, input *PutDomainCertificateInput) (*DomainOutput, error) {
	row, err := s.customDomain(ctx, input.DomainID, "A generated domain is the platform's own, and so is its certificate.")
	if err != nil {
		return nil, err
	}

	checked, err := certificate.Check([]byte(input.Body.Chain), []byte(input.Body.Key), row.Domain.Hostname, time.Now())
	if err != nil {
		return nil, err
	}

	err = s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := lockProject(ctx, queries, row.Domain.ProjectID); err != nil {
			return err
		}

		err := workflows.PutUploadedCertificate(ctx, queries, s.keyring, database.PutUploadedCertificateParams{
			ID: id.New(), Chain: checked.Chain, NotBefore: checked.NotBefore, NotAfter: checked.NotAfter, DomainID: row.Domain.ID, OrganisationID: organisationOf(ctx),
		}, checked.Key)
		if err != nil {
			return err
		}

		return audit(ctx, queries, domainEvent("domain.certificate", row.Domain.ID, row.Domain.Hostname, ""))
	})
	if err != nil {
		return nil, err
	}

	if row, err = s.domain(ctx, input.DomainID); err != nil {
		return nil, err
	}

	return &DomainOutput{Body: s.newDomain(row)}, nil
}

func (s *service) deleteDomainCertificate(ctx context.Context, input *DomainPath) (*struct{}, error) {
	row, err := s.domain(ctx, input.DomainID)
	if err != nil {
		return nil, err
	}

	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if err := workflows.ChangeCertificates(ctx, queries); err != nil {
			return err
		}

		deleted, err := queries.DeleteCertificate(ctx, row.Domain.ID, organisationOf(ctx))
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.NotFound, "%s has no certificate that was uploaded.", row.Domain.Hostname)
		}

		if err != nil {
			return err
		}

		if err := queries.DeleteSecret(ctx, deleted, workflows.CertificateKey(deleted).Kind); err != nil {
			return err
		}

		return audit(ctx, queries, domainEvent("domain.certificate_delete", row.Domain.ID, row.Domain.Hostname, ""))
	})
}
