package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/database"
)

// validate has the authority look once it finds what it is to be shown.
func (o *ordering) validate(ctx context.Context) error {
	await := o.awaitEdges
	if o.way() == authority.ByDNS {
		await = o.awaitRecords
	}

	if err := await(ctx); err != nil {
		return err
	}

	account, err := o.account(ctx)
	if err != nil {
		return err
	}

	if err := o.authority.Validate(ctx, account, lo.FromPtr(o.row.OrderURL), o.way()); err != nil {
		return atAuthority(err)
	}

	return database.InTx(ctx, o.pool, func(tx pgx.Tx, queries *database.Queries) error {
		return o.advance(ctx, tx, queries, finalizeStep, nil)
	})
}

// awaitEdges returns nil when every edge that the authority may find at the hostname has the answer.
func (o *ordering) awaitEdges(ctx context.Context) error {
	queries := database.New(o.pool)

	version, err := queries.ChallengesVersion(ctx, o.row.ID)
	if err != nil {
		return fmt.Errorf("read the version of the challenges: %w", err)
	}

	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	err = o.until(waiting, database.ChannelCertificates, "", func() (bool, error) {
		behind, err := queries.CountEdgesWithoutVersion(waiting, version, edgeSilence)

		return behind == 0, err
	})

	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		o.logger.WarnContext(ctx, "not all edges have what a certificate authority is to be answered; do all end TLS?", slog.String("hostname", o.row.Hostname))

		return river.JobSnooze(edgesRest)
	default:
		return err
	}
}
