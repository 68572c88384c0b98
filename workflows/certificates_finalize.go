package workflows

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/certificate"
)

// finalize gets the certificate and gives it to the edges.
func (o *ordering) finalize(ctx context.Context) error {
	queries := database.New(o.pool)

	account, err := o.account(ctx)
	if err != nil {
		return err
	}

	text, err := o.keyring.Secret(ctx, queries, nextCertificateKey(o.row.ID))
	if err != nil {
		return fmt.Errorf("open the key of the order: %w", err)
	}

	key, err := parseCertificateKey(text)
	if err != nil {
		return err
	}

	chain, err := o.authority.Finalize(ctx, account, lo.FromPtr(o.row.OrderURL), o.row.Hostname, key)
	if err != nil {
		return atAuthority(err)
	}

	issued, err := certificate.Check([]byte(chain), []byte(text), o.row.Hostname, time.Now())
	if err != nil {
		return fmt.Errorf("the authority has issued something else than was ordered: %w", err)
	}

	leaf, err := certificate.Leaf([]byte(issued.Chain))
	if err != nil {
		return err
	}

	if err := o.removeRecords(ctx); err != nil {
		return err
	}

	next := time.Now().Add(min(renewalCheckEvery, max(time.Until(o.renewAt(ctx, leaf)), 0)))

	return database.InTx(ctx, o.pool, func(tx pgx.Tx, queries *database.Queries) error {
		version, err := changeCertificates(ctx, queries)
		if err != nil {
			return err
		}

		changed, err := queries.FulfilCertificate(ctx, database.FulfilCertificateParams{
			Chain: issued.Chain, NotBefore: issued.NotBefore, NotAfter: issued.NotAfter, Version: version, NextAt: next, ID: o.row.ID,
		})
		if err != nil {
			return fmt.Errorf("store the certificate: %w", err)
		}

		if changed == 0 {
			return errOutrun
		}

		if _, err := queries.DeleteChallenges(ctx, o.row.ID); err != nil {
			return fmt.Errorf("delete the challenges of an order: %w", err)
		}

		if err := queries.DeleteSecret(ctx, o.row.ID, nextCertificateKey(o.row.ID).Kind); err != nil {
			return fmt.Errorf("delete the key of an order: %w", err)
		}

		if err := o.keyring.PutSecret(ctx, queries, CertificateKey(o.row.ID), text); err != nil {
			return err
		}

		return o.complete(ctx, tx)
	})
}
