package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// getEdgeCertificates stores the version that the edge names as acknowledged, and answers as soon as there is another.
func (s *service) getEdgeCertificates(ctx context.Context, input *EdgeCertificatesInput) (*EdgeCertificatesOutput, error) {
	edge := callerOf(ctx).edgeID

	news, cancel := s.listener.Subscribe(database.ChannelCertificates, "")
	defer cancel()

	has, err := s.acknowledgeCertificates(ctx, edge, input.IfNoneMatch)
	if err != nil {
		return nil, err
	}

	seen := time.Now()

	changed, err := s.waitForChange(ctx, input.WaitInput, news, func() (bool, error) {
		if time.Since(seen) > edgeSeenInterval {
			seen = time.Now()

			if err := s.queries.TouchEdges(ctx, []uuid.UUID{edge}); err != nil {
				return false, err
			}
		}

		version, err := s.queries.CurrentCertificateVersion(ctx)

		return version != has, err
	})
	if err != nil {
		return nil, err
	}

	if !changed {
		return &EdgeCertificatesOutput{Status: http.StatusNotModified, ETag: routesETag(has)}, nil
	}

	certificates, err := s.edgeCertificates(ctx, has)
	if err != nil {
		return nil, err
	}

	return &EdgeCertificatesOutput{Status: http.StatusOK, ETag: routesETag(certificates.Version), Body: certificates}, nil
}

// acknowledgeCertificates stores the version that the edge serves with and returns it, or -1 for none. A version that the database has not reached counts as
// none: it is left over from before the database was restored to an earlier state.
func (s *service) acknowledgeCertificates(ctx context.Context, edge uuid.UUID, etag string) (int64, error) {
	version, err := strconv.ParseInt(strings.Trim(etag, `"`), 10, 64)
	if err != nil || version < 0 {
		version = -1
	}

	current, err := s.queries.CurrentCertificateVersion(ctx)
	if err != nil {
		return -1, err
	}

	if version > current {
		version = -1
	}

	return version, s.queries.AcknowledgeCertificates(ctx, version, edge)
}

// edgeCertificates reads all in one snapshot. Chains and keys are those that have changed since a version.
func (s *service) edgeCertificates(ctx context.Context, since int64) (*EdgeCertificates, error) {
	found := &EdgeCertificates{Certificates: []EdgeCertificate{}}

	return found, pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		queries := database.New(tx)

		var err error
		if found.Version, err = queries.CurrentCertificateVersion(ctx); err != nil {
			return err
		}

		rows, err := queries.ListServedCertificates(ctx, since)
		if err != nil {
			return err
		}

		for _, row := range rows {
			certificate := EdgeCertificate{ID: row.ID, Hostname: row.Hostname, Version: row.Version, Chain: row.Chain}

			if row.Chain != "" {
				if certificate.Key, err = s.keyring.Secret(ctx, queries, workflows.CertificateKey(row.ID)); err != nil {
					return fmt.Errorf("open the key of certificate %s: %w", row.ID, err)
				}
			}

			found.Certificates = append(found.Certificates, certificate)
		}

		if found.TicketKeys, err = workflows.TicketKeys(ctx, queries, s.keyring); err != nil {
			return err
		}

		challenges, err := queries.ListChallenges(ctx)
		found.Challenges = lo.Map(challenges, func(row database.ListChallengesRow, _ int) EdgeChallenge { return EdgeChallenge(row) })

		return err
	})
}
