package workflows

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	// keepCertificatesEvery is how often certificates are looked for that are due, and provenLately for how long a domain is looked at then that has none.
	keepCertificatesEvery = 5 * time.Second
	provenLately          = time.Hour
	// certificatesInAPass bounds what a pass begins.
	certificatesInAPass = 100
)

// keepCertificates keeps what edges end TLS with: it rotates the keys of session tickets, and orders what is due and what was proven lately.
func (w *Worker) keepCertificates(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)

	// Platforms without an edge that ends TLS have no certificates.
	edges, err := queries.CountEdgesWithCertificates(ctx, edgeSilence)
	if err != nil {
		return fmt.Errorf("count the edges that end TLS: %w", err)
	}

	if edges == 0 {
		return nil
	}

	if err := w.rotateTicketKeys(ctx); err != nil || w.authority == nil {
		return err
	}

	if err := w.orderMissing(ctx, queries, time.Now().Add(-provenLately)); err != nil {
		return err
	}

	if err := w.orderPlatform(ctx, queries); err != nil {
		return err
	}

	return w.orderDue(ctx, queries)
}

// sweepCertificates looks at all certificates: it orders what keepCertificates has missed, forgets what nobody needs, and warns of what expires.
func (w *Worker) sweepCertificates(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)

	edges, err := queries.CountEdgesWithCertificates(ctx, edgeSilence)
	if err != nil {
		return fmt.Errorf("count the edges that end TLS: %w", err)
	}

	if edges > 0 && w.authority != nil {
		if err := w.orderMissing(ctx, queries, time.Time{}); err != nil {
			return err
		}
	}

	if err := w.removeLeftRecords(ctx, queries); err != nil {
		return err
	}

	if err := w.forgetCertificates(ctx, queries); err != nil {
		return err
	}

	if err := w.warnOfPlatformCertificates(ctx, queries); err != nil {
		return err
	}

	return w.warnOfCertificates(ctx, queries)
}

// forgetCertificates deletes what was ordered for domains that are not proven any more, and keys that belong to nothing.
func (w *Worker) forgetCertificates(ctx context.Context, queries *database.Queries) error {
	unproven, err := queries.HasUnprovenCertificates(ctx)
	if err != nil {
		return fmt.Errorf("look for certificates of unproven domains: %w", err)
	}

	if unproven {
		err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
			if err := ChangeCertificates(ctx, queries); err != nil {
				return err
			}

			return queries.ForgetUnprovenCertificates(ctx)
		})
		if err != nil {
			return fmt.Errorf("delete the certificates of unproven domains: %w", err)
		}
	}

	if err := queries.DeleteCertificateSecrets(ctx); err != nil {
		return fmt.Errorf("delete the keys of certificates that are gone: %w", err)
	}

	return nil
}

// orderMissing begins orders for domains that were proven since then.
func (w *Worker) orderMissing(ctx context.Context, queries *database.Queries, since time.Time) error {
	domains, err := queries.ListDomainsWithoutCertificate(ctx, &since, certificatesInAPass)
	if err != nil {
		return fmt.Errorf("find the domains without a certificate: %w", err)
	}

	if len(domains) == 0 {
		return nil
	}

	ids := lo.Map(domains, func(uuid.UUID, int) uuid.UUID { return id.New() })
	if err := queries.InsertMissingCertificates(ctx, ids, domains); err != nil {
		return fmt.Errorf("begin orders of certificates: %w", err)
	}

	return nil
}

// orderDue inserts the jobs for orders that are to begin, to go on, or to be tried again.
func (w *Worker) orderDue(ctx context.Context, queries *database.Queries) error {
	due, err := queries.ListDueCertificates(ctx, certificatesInAPass)
	if err != nil {
		return fmt.Errorf("find the certificates that are due: %w", err)
	}

	for _, certificate := range due {
		err := database.InTx(ctx, w.pool, func(tx pgx.Tx, _ *database.Queries) error {
			return insertJob(ctx, w.inserter, tx, certificateJob(certificate.Step), arguments{CertificateID: certificate.ID})
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// warnOfCertificates writes into the timelines of projects which uploaded certificates expire soon.
func (w *Worker) warnOfCertificates(ctx context.Context, queries *database.Queries) error {
	expiring, err := queries.ListExpiringCertificates(ctx, ExpiresSoon, certificatesInAPass)
	if err != nil {
		return fmt.Errorf("find the certificates that expire: %w", err)
	}

	for _, certificate := range expiring {
		err := database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
			noted, err := queries.NoteCertificateWarning(ctx, certificate.ID)
			if err != nil || noted == 0 {
				return err
			}

			return recordEvent(ctx, queries, certificate.ProjectID, nil, eventCertificate, fmt.Sprintf(
				"The certificate of %s was uploaded, and expires on %s. Upload the next one: zeitwork domains certificate %s --certificate FILE --key FILE.",
				certificate.Hostname, certificate.NotAfter.UTC().Format("2 January 2006"), certificate.Hostname))
		})
		if err != nil {
			return fmt.Errorf("warn of a certificate that expires: %w", err)
		}
	}

	return nil
}
