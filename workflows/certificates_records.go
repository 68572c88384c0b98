package workflows

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// The certificates of the base domain are ordered as those of customers' domains are, but for what the authority is shown: records of the DNS, and no answers
// of edges. A record's row is written before the record is made, and deleted after it, so that a crash leaves none behind.

const (
	// recordRest is how long a step waits for name servers before it looks again, and recordPatience after how long it says so and looks less often.
	recordRest     = time.Second
	recordPatience = time.Minute
	// recordPause is how long a step waits that could not make its records, or whose records are not shown.
	recordPause = time.Minute
)

// Records makes TXT records of the base domain. *dnsproof.Records is one.
type Records interface {
	// Hostnames are those for which certificates are ordered.
	Hostnames() []string
	Put(ctx context.Context, name, text string) error
	Shown(ctx context.Context, name, text string) error
	Remove(ctx context.Context, name, text string) error
}

// recordError is what went wrong with a record: a problem for the operator.
type recordError struct{ cause error }

func (e *recordError) Error() string { return e.cause.Error() }

// way is how the authority is shown whose the hostname is.
func (o *ordering) way() authority.Way {
	return lo.Ternary(o.row.DomainID == nil, authority.ByDNS, authority.ByHTTP)
}

// orderPlatform begins orders for hostnames of the platform's own.
func (w *Worker) orderPlatform(ctx context.Context, queries *database.Queries) error {
	if w.records == nil {
		return nil
	}

	known, err := queries.ListPlatformCertificates(ctx)
	if err != nil {
		return fmt.Errorf("find the platform's certificates: %w", err)
	}

	ordered := lo.FilterMap(known, func(c database.ListPlatformCertificatesRow, _ int) (string, bool) {
		return c.Hostname, c.Source == "acme"
	})

	missing := lo.Without(w.records.Hostnames(), ordered...)
	if len(missing) == 0 {
		return nil
	}

	ids := lo.Map(missing, func(string, int) uuid.UUID { return id.New() })
	if err := queries.OrderPlatformCertificates(ctx, ids, missing); err != nil {
		return fmt.Errorf("begin orders of the platform's certificates: %w", err)
	}

	return nil
}

// awaitRecords makes the records of the order and returns nil when the name servers show all of them.
func (o *ordering) awaitRecords(ctx context.Context) error {
	records, err := database.New(o.pool).ListCertificateRecords(ctx, o.row.ID)
	if err != nil {
		return fmt.Errorf("read the records of an order: %w", err)
	}

	for _, record := range records {
		if err := o.records.Put(ctx, record.Name, record.Value); err != nil {
			return &recordError{err}
		}
	}

	for _, record := range records {
		err := o.records.Shown(ctx, record.Name, record.Value)

		switch {
		case err == nil:
		case time.Since(record.CreatedAt) < recordPatience:
			return river.JobSnooze(recordRest)
		default:
			return &recordError{err}
		}
	}

	return nil
}

// removeRecords removes the records of an order that has ended. What cannot be removed now is left to the next sweep.
func (o *ordering) removeRecords(ctx context.Context) error {
	if o.way() != authority.ByDNS {
		return nil
	}

	queries := database.New(o.pool)

	records, err := queries.ListCertificateRecords(ctx, o.row.ID)
	if err != nil {
		return fmt.Errorf("read the records of an order: %w", err)
	}

	return o.remove(ctx, queries, records)
}

// removeLeftRecords removes the records that no order needs any more.
func (w *Worker) removeLeftRecords(ctx context.Context, queries *database.Queries) error {
	if w.records == nil {
		return nil
	}

	left, err := queries.ListLeftCertificateRecords(ctx)
	if err != nil {
		return fmt.Errorf("find the records that were left: %w", err)
	}

	return w.remove(ctx, queries, left)
}

func (w *Worker) remove(ctx context.Context, queries *database.Queries, records []database.CertificateRecord) error {
	for _, record := range records {
		if err := w.records.Remove(ctx, record.Name, record.Value); err != nil {
			w.logger.WarnContext(ctx, "a record of the DNS could not be removed yet", slog.String("name", record.Name), logging.Error(err))

			continue
		}

		if err := queries.DeleteCertificateRecord(ctx, record.Value); err != nil {
			return fmt.Errorf("forget a record that was removed: %w", err)
		}
	}

	return nil
}
