package workflows

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// The order of a certificate is a chain of three jobs, as a deployment is: each ends with one transaction, which notes what has come of it and inserts the
// next. A job that is repeated finds in the row, or at the authority, what an earlier attempt has left.
const (
	orderStep    = "order"    // Orders it, and gives edges the answers to the authority's challenges.
	validateStep = "validate" // Has the authority look, once all edges have the answers, or the name servers the records.
	finalizeStep = "finalize" // Gets the certificate, and gives it to the edges.
)

const (
	// orderingLasts is after how long a step is inserted again whose job was lost.
	orderingLasts = 10 * time.Minute
	// renewalCheckEvery is how often the authority is asked when a certificate is to be renewed.
	renewalCheckEvery = 12 * time.Hour
	// shortestOrderPause and longestOrderPause bound how long it takes until a failed order is repeated: twice as long each time. Authorities allow five
	// failures an hour.
	shortestOrderPause = 15 * time.Minute
	longestOrderPause  = 24 * time.Hour
	// certificatesAtOnce is how many orders a worker has under way.
	certificatesAtOnce = 20
	// edgesRest is how long an order waits for edges before another order has its place.
	edgesRest = 5 * time.Second
)

// Authority orders certificates. *authority.Authority is one.
type Authority interface {
	Directory() string
	Register(ctx context.Context, key crypto.Signer) (url string, err error)
	Order(ctx context.Context, account authority.Account, hostname string, way authority.Way) (authority.Order, error)
	Validate(ctx context.Context, account authority.Account, orderURL string, way authority.Way) error
	Finalize(ctx context.Context, account authority.Account, orderURL, hostname string, key crypto.Signer) (chain string, err error)
	RenewAt(ctx context.Context, certificate *x509.Certificate, part float64) time.Time
}

func certificateJob(step string) string { return "certificate." + step }

// errOutrun means that another attempt of the step has ended first.
var errOutrun = errors.New("another attempt was faster")

// ordering is the order of one certificate at one step.
type ordering struct {
	*Worker

	job     *river.Job[arguments]
	row     database.Certificate
	project *uuid.UUID
}

func (w *Worker) orderCertificate(ctx context.Context, job *river.Job[arguments]) error {
	return w.orderingStep(ctx, job, orderStep, (*ordering).order)
}

func (w *Worker) validateCertificate(ctx context.Context, job *river.Job[arguments]) error {
	return w.orderingStep(ctx, job, validateStep, (*ordering).validate)
}

func (w *Worker) finalizeCertificate(ctx context.Context, job *river.Job[arguments]) error {
	return w.orderingStep(ctx, job, finalizeStep, (*ordering).finalize)
}

// orderingStep does a step, unless the order is at another one by now. What goes wrong at the authority is noted in the row, which says when it is tried
// again; what goes wrong here is tried again by River.
func (w *Worker) orderingStep(ctx context.Context, job *river.Job[arguments], step string, do func(*ordering, context.Context) error) error {
	if w.authority == nil {
		return nil // A worker that has one finds the row when its step was due for a while.
	}

	found, err := database.New(w.pool).GetCertificateToOrder(ctx, job.Args.CertificateID)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && found.Certificate.Step != step {
		return nil
	}

	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}

	o := &ordering{Worker: w, job: job, row: found.Certificate, project: found.ProjectID}
	if o.way() == authority.ByDNS && w.records == nil {
		return nil // As above.
	}

	err = do(o, ctx)

	trouble, ok := o.explain(err)
	if !ok {
		return lo.Ternary(errors.Is(err, errOutrun), nil, err)
	}

	if ctx.Err() != nil {
		return ctx.Err()
	}

	w.logger.WarnContext(ctx, "a certificate could not be ordered",
		slog.String("hostname", o.row.Hostname), slog.String("step", step), logging.Error(err))

	return o.note(ctx, trouble)
}

// authorityError is what went wrong at the authority.
type authorityError struct{ cause error }

func (e *authorityError) Error() string { return e.cause.Error() }

func atAuthority(err error) error {
	if err == nil {
		return nil
	}

	return &authorityError{err}
}

// order orders the certificate, or finds that it need not be renewed yet.
func (o *ordering) order(ctx context.Context) error {
	later, err := o.renewLater(ctx)
	if err != nil || later {
		return err
	}

	account, err := o.account(ctx)
	if err != nil {
		return err
	}

	taken, err := o.authority.Order(ctx, account, o.row.Hostname, o.way())
	if err != nil {
		return atAuthority(err)
	}

	key, err := newCertificateKey()
	if err != nil {
		return err
	}

	next := lo.Ternary(len(taken.Challenges) == 0, finalizeStep, validateStep)

	return database.InTx(ctx, o.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if err := o.putChallenges(ctx, queries, taken.Challenges); err != nil {
			return err
		}

		if err := o.advance(ctx, tx, queries, next, &taken.URL); err != nil {
			return err
		}

		return o.keyring.PutSecret(ctx, queries, nextCertificateKey(o.row.ID), key)
	})
}

// putChallenges stores what the authority is to be shown: for edges, or for the step that makes the records.
func (o *ordering) putChallenges(ctx context.Context, queries *database.Queries, challenges []authority.Challenge) error {
	if o.way() == authority.ByDNS {
		for _, c := range challenges {
			if err := queries.PutCertificateRecord(ctx, c.Text, c.Record, o.row.ID); err != nil {
				return fmt.Errorf("note a record that is to be made: %w", err)
			}
		}

		return nil
	}

	version, err := changeCertificates(ctx, queries)
	if err != nil {
		return err
	}

	for _, c := range challenges {
		if err := queries.PutChallenge(ctx, database.PutChallengeParams{
			Token: c.Token, CertificateID: o.row.ID, Hostname: c.Hostname, KeyAuthorization: c.KeyAuthorization, Version: version,
		}); err != nil {
			return fmt.Errorf("store a challenge: %w", err)
		}
	}

	return nil
}

// renewLater tells whether there is a certificate that need not be renewed yet, and notes when to look again.
func (o *ordering) renewLater(ctx context.Context) (bool, error) {
	if o.row.Chain == nil {
		return false, nil
	}

	leaf, err := certificate.Leaf([]byte(*o.row.Chain))
	if err != nil {
		return false, nil //nolint:nilerr // What cannot be read is to be replaced.
	}

	left := time.Until(o.renewAt(ctx, leaf))
	if left <= 0 {
		return false, nil
	}

	return true, o.postpone(ctx, min(left, renewalCheckEvery), lo.FromPtr(o.row.Problem))
}

// renewAt is when a certificate is to be renewed. The ids of certificates spread them over the window that the authority suggests.
func (o *ordering) renewAt(ctx context.Context, leaf *x509.Certificate) time.Time {
	const values = 256

	return o.authority.RenewAt(ctx, leaf, float64(o.row.ID[len(o.row.ID)-1])/values)
}

// advance goes on to the next step, in the transaction that ends this one.
func (o *ordering) advance(ctx context.Context, tx pgx.Tx, queries *database.Queries, next string, orderURL *string) error {
	changed, err := queries.AdvanceCertificate(ctx, database.AdvanceCertificateParams{
		Step: next, OrderURL: orderURL, Next: orderingLasts, ID: o.row.ID, FromStep: o.row.Step,
	})
	if err != nil {
		return fmt.Errorf("note that a step of an order has ended: %w", err)
	}

	if changed == 0 {
		return errOutrun
	}

	if err := o.complete(ctx, tx); err != nil {
		return err
	}

	return insertJob(ctx, o.inserter, tx, certificateJob(next), arguments{CertificateID: o.row.ID})
}

// complete finishes the job in the same transaction: whoever sees the row at its next step can insert that one's job.
func (o *ordering) complete(ctx context.Context, tx pgx.Tx) error {
	if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, o.job); err != nil {
		return fmt.Errorf("complete the job: %w", err)
	}

	return nil
}
