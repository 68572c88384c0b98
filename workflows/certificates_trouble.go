package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// explain says what is in the way of an order, in words for who can do something about it. It returns false for an error that is nobody's to look at.
func (o *ordering) explain(err error) (authority.Trouble, bool) {
	if failed, ok := errors.AsType[*authorityError](err); ok {
		return authority.Explain(failed.cause, o.row.Hostname, o.way()), true
	}

	if failed, ok := errors.AsType[*recordError](err); ok {
		return authority.Trouble{Sentence: problem.MessageOf(failed.cause), Again: recordPause}, true
	}

	return authority.Trouble{}, false
}

// note writes why there is no certificate yet, and when it is tried again: the same step, or the whole order where that has come to an end.
func (o *ordering) note(ctx context.Context, trouble authority.Trouble) error {
	if !trouble.Failed {
		return o.postpone(ctx, max(trouble.Again, keepCertificatesEvery), trouble.Sentence)
	}

	sentence := trouble.Sentence
	if trouble.Unreachable {
		advice, err := o.recordToMake(ctx)
		if err != nil {
			return err
		}

		sentence += " " + advice
	}

	if err := o.removeRecords(ctx); err != nil {
		return err
	}

	return database.InTx(ctx, o.pool, func(tx pgx.Tx, queries *database.Queries) error {
		// Edges need not answer the authority any more.
		if err := ChangeCertificates(ctx, queries); err != nil {
			return err
		}

		if err := queries.FailCertificate(ctx, storable(sentence), max(trouble.Again, orderPause(o.row.Failures)), o.row.ID); err != nil {
			return fmt.Errorf("note that an order has failed: %w", err)
		}

		if _, err := queries.DeleteChallenges(ctx, o.row.ID); err != nil {
			return fmt.Errorf("delete the challenges of an order: %w", err)
		}

		// The timeline is told once, and not of each attempt.
		if o.row.Failures == 0 && o.project != nil {
			if err := recordEvent(ctx, queries, *o.project, nil, eventCertificate, "No certificate for "+o.row.Hostname+": "+sentence); err != nil {
				return err
			}
		}

		return o.complete(ctx, tx)
	})
}

// postpone has the same step done again later.
func (o *ordering) postpone(ctx context.Context, pause time.Duration, sentence string) error {
	return database.InTx(ctx, o.pool, func(tx pgx.Tx, queries *database.Queries) error {
		if err := queries.PostponeCertificate(ctx, pause, sentence, o.row.ID); err != nil {
			return fmt.Errorf("note when a step of an order is done again: %w", err)
		}

		return o.complete(ctx, tx)
	})
}

// orderPause is how long to wait before an order is repeated that has failed, after as many others.
func orderPause(failures int32) time.Duration {
	pause := shortestOrderPause
	for range min(failures, 10) { //nolint:mnd // Far beyond the longest pause.
		pause *= 2
	}

	return min(pause, longestOrderPause)
}

// recordToMake says which DNS record brings visitors, and the authority, to the edges.
func (o *ordering) recordToMake(ctx context.Context) (string, error) {
	const ask = "Make its DNS records lead here, and have what stands in front pass on what is asked below /.well-known/acme-challenge/."

	if o.row.DomainID == nil {
		return ask, nil
	}

	found, err := database.New(o.pool).GetDomainToCheck(ctx, *o.row.DomainID)
	if errors.Is(err, pgx.ErrNoRows) {
		return ask, nil
	}

	if err != nil {
		return "", fmt.Errorf("read the domain: %w", err)
	}

	for _, record := range o.domains.Claim(found.Domain, found.Generated).Records() {
		if record.Type != "TXT" {
			return fmt.Sprintf("Make the record %s %s %s, and have what stands in front pass on what is asked below /.well-known/acme-challenge/.",
				record.Name, record.Type, record.Value), nil
		}
	}

	return ask, nil
}
