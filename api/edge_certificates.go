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

// certificatePolls answers edges that ask for certificates, many at once.
type certificatePolls struct {
	service *service
	// newest has the newest version that there is.
	newest *sharedLook[int64]
	said   gather[acknowledgedCertificates, struct{}]
	// changes is what has changed since a version.
	changes gather[int64, *EdgeCertificates]
}

// acknowledgedCertificates is the version that an edge serves with, or -1.
type acknowledgedCertificates struct {
	edge    uuid.UUID
	version int64
}

func newCertificatePolls(s *service) *certificatePolls {
	polls := &certificatePolls{service: s, newest: newSharedLook(s.queries.CurrentCertificateVersion)}
	polls.said.run, polls.changes.run = polls.acknowledge, polls.readChanges

	return polls
}

// getEdgeCertificates stores the version that the edge names as acknowledged, and answers as soon as there is another.
func (s *service) getEdgeCertificates(ctx context.Context, input *EdgeCertificatesInput) (*EdgeCertificatesOutput, error) {
	news, cancel := s.listener.Subscribe(database.ChannelCertificates, "")
	defer cancel()

	// Postgres does not repeat a notification that came before the subscription.
	current, err := s.certificates.newest.since(ctx, time.Now())
	if err != nil {
		return nil, err
	}

	has := acknowledgedCertificates{edge: callerOf(ctx).edgeID, version: certificateVersionIn(input.IfNoneMatch, current)}

	if _, err := s.certificates.said.do(ctx, has); err != nil {
		return nil, err
	}

	changed, err := s.waitAsEdge(ctx, input.WaitInput, news, nil, func(notBefore time.Time) (bool, error) {
		version, err := s.certificates.newest.since(ctx, notBefore)

		return version != has.version, err
	})
	if err != nil {
		return nil, err
	}

	if !changed {
		return &EdgeCertificatesOutput{Status: http.StatusNotModified, ETag: routesETag(has.version)}, nil
	}

	certificates, err := s.certificates.changes.do(ctx, has.version)
	if err != nil {
		return nil, err
	}

	return &EdgeCertificatesOutput{Status: http.StatusOK, ETag: routesETag(certificates.Version), Body: certificates}, nil
}

// certificateVersionIn returns the version that an ETag names, or -1 for none. A version that the database has not reached counts as none: it is left over from
// before the database was restored to an earlier state.
func certificateVersionIn(etag string, current int64) int64 {
	version, err := strconv.ParseInt(strings.Trim(etag, `"`), 10, 64)
	if err != nil || version < 0 || version > current {
		return -1
	}

	return version
}

// acknowledge stores what edges say. Of two polls of one edge the later one counts.
func (p *certificatePolls) acknowledge(ctx context.Context, polls []acknowledgedCertificates) ([]struct{}, error) {
	latest := lo.Values(lo.KeyBy(polls, func(poll acknowledgedCertificates) uuid.UUID { return poll.edge }))

	return make([]struct{}, len(polls)), p.service.queries.AcknowledgeCertificates(ctx,
		lo.Map(latest, func(poll acknowledgedCertificates, _ int) uuid.UUID { return poll.edge }),
		lo.Map(latest, func(poll acknowledgedCertificates, _ int) int64 { return poll.version }))
}

// readChanges reads what has changed since each of the versions: all edges but those that have just come are at the same one.
func (p *certificatePolls) readChanges(ctx context.Context, versions []int64) ([]*EdgeCertificates, error) {
	read := map[int64]*EdgeCertificates{}

	for _, version := range lo.Uniq(versions) {
		found, err := p.service.edgeCertificates(ctx, version)
		if err != nil {
			return nil, err
		}

		read[version] = found
	}

	return lo.Map(versions, func(version int64, _ int) *EdgeCertificates { return read[version] }), nil
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
