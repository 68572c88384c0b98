package workflows

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/activities/authority/authoritytest"
	"github.com/zeitwork/zeitwork/activities/dnsproof"
	"github.com/zeitwork/zeitwork/activities/dnsproof/cloudflaretest"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/id"
)

// platformBundle is a platform whose base domain is with Cloudflare, and an authority that asks its name servers.
type platformBundle struct {
	*certificateBundle

	cloudflare *cloudflaretest.Server
}

func setupPlatform(t *testing.T, token string) *platformBundle {
	t.Helper()

	c := &certificateBundle{testBundle: setup(t)}
	c.names = c.askDNS(t)
	c.server = authoritytest.New(t, c.names.Address, 0)
	b := &platformBundle{certificateBundle: c, cloudflare: cloudflaretest.New(t, "example.com", c.names)}

	// The edge ends TLS, and polls for nothing: no certificate of these waits for it.
	b.exec(t, "INSERT INTO edges (id, name, region, certificates_version, last_seen_at) VALUES ($1, 'one', 'eu', 0, now() + interval '1 hour')", id.New())

	issuer, err := authority.New(authority.Config{DirectoryURL: b.server.DirectoryURL}, b.server.Transport)
	require.NoError(t, err)

	b.issuer = &eagerAuthority{Authority: issuer}
	b.worker = b.newWorker(t)
	b.worker.authority, b.worker.records = b.issuer, b.recordsWith(t, token)
	b.runWorker(t, b.worker)

	return b
}

func (b *platformBundle) recordsWith(t *testing.T, token string) *dnsproof.Records {
	t.Helper()

	_, port, err := net.SplitHostPort(b.names.Address)
	require.NoError(t, err)
	resolver, err := dnscheck.NewResolver(b.names.Address)
	require.NoError(t, err)
	records, err := dnsproof.New(dnsproof.Config{BaseDomain: "apps.example.com", CloudflareToken: token}, resolver.WithZonePort(port), b.cloudflare)
	require.NoError(t, err)

	return records
}

// awaitBoth waits until both certificates of the platform are in a state.
func (b *platformBundle) awaitBoth(t *testing.T, condition string) {
	t.Helper()

	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM certificates WHERE domain_id IS NULL AND hostname IN ('apps.example.com', '*.apps.example.com') AND "+condition) == 2
	}, patienceOfTests, 5*time.Millisecond, condition)
}

// requireNoRecords requires that no record is left, at Cloudflare or to be removed there. They are removed once the certificate stands.
func (b *platformBundle) requireNoRecords(t *testing.T) {
	t.Helper()

	require.Eventually(t, func() bool {
		left, _ := b.cloudflare.Records()

		return len(left) == 0 && b.count(t, "SELECT count(*) FROM certificate_records") == 0
	}, patienceOfTests, 5*time.Millisecond, "records are left")
}

func TestPlatformCertificates_OfTheBaseDomain_AreOrderedAndRenewedByDNS(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t, cloudflaretest.Token)
	b.keep(t)
	b.awaitBoth(t, "state = 'active' AND problem IS NULL AND next_at > now() + interval '1 hour'")
	b.requireNoRecords(t)

	_, made := b.cloudflare.Records()
	require.Equal(t, 2, made)

	served, err := b.queries.ListServedCertificates(b.ctx, 0)
	require.NoError(t, err)
	require.Len(t, served, 2)

	for _, shown := range served {
		key, err := b.keyring.Secret(b.ctx, b.queries, CertificateKey(shown.ID))
		require.NoError(t, err)
		_, err = certificate.Check([]byte(shown.Chain), []byte(key), shown.Hostname, time.Now())
		require.NoError(t, err)
	}

	// Neither is ordered again before its time.
	b.again(t)
	b.awaitBoth(t, "next_at > now() + interval '1 hour'")
	require.EqualValues(t, 2, b.server.Orders.Load())

	b.issuer.eager.Store(true)
	b.again(t)
	b.awaitBoth(t, "chain NOT IN ('"+served[0].Chain+"', '"+served[1].Chain+"')")
	b.requireNoRecords(t)
}

func TestPlatformCertificates_ThatWereUploaded_AreShownUntilTheyAreToBeRenewed(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t, cloudflaretest.Token)
	b.keep(t)
	b.awaitBoth(t, "state = 'active'")

	served, err := b.queries.ListServedCertificates(b.ctx, 0)
	require.NoError(t, err)

	// It is uploaded while an order of it goes on, whose record is left.
	b.exec(t, "UPDATE certificates SET step = 'validate', problem = 'A problem.', failures = 3 WHERE id = $1", served[0].ID)
	require.NoError(t, b.worker.records.Put(b.ctx, "_acme-challenge.apps.example.com", "left"))
	require.NoError(t, b.queries.PutCertificateRecord(b.ctx, "left", "_acme-challenge.apps.example.com", served[0].ID))

	require.NoError(t, database.InTx(b.ctx, b.pool, func(_ pgx.Tx, queries *database.Queries) error {
		return PutPlatformCertificate(b.ctx, queries, b.keyring, database.PutPlatformCertificateParams{
			ID: id.New(), Hostname: served[0].Hostname, Chain: served[0].Chain, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
		}, "key")
	}))
	b.awaitBoth(t, "problem IS NULL AND failures = 0 AND step = 'order'")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM certificates WHERE source = 'uploaded'"))

	require.NoError(t, b.worker.sweepCertificates(b.ctx, nil))
	b.requireNoRecords(t)

	b.keep(t)
	b.keep(t)
	b.awaitBoth(t, "source = 'acme' AND next_at > now() + interval '1 hour'")
	require.EqualValues(t, 2, b.server.Orders.Load())
}

func TestPlatformCertificates_WhatIsInTheWay_StandsThere_UntilItIsNot(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t, "revoked")
	b.keep(t)
	b.awaitBoth(t, "step = 'validate' AND failures = 0 AND problem LIKE 'Cloudflare refuses the token of ZEITWORK_ACME_CLOUDFLARE_TOKEN.%' AND next_at > now()")

	// The records of the same orders are made by the next token, and are not shown at first.
	b.worker.records = b.recordsWith(t, cloudflaretest.Token)
	b.cloudflare.Withhold(true)
	b.exec(t, "UPDATE certificate_records SET created_at = now() - interval '2 minutes'")
	b.again(t)
	b.awaitBoth(t, "step = 'validate' AND failures = 0 AND problem LIKE 'The name servers of example.com do not show the record TXT _acme-challenge.apps.example.com yet%'")
	require.Zero(t, b.server.Validations.Load())

	b.cloudflare.Publish(t, "_acme-challenge.apps.example.com")
	b.again(t)
	b.awaitBoth(t, "state = 'active' AND problem IS NULL")
	require.EqualValues(t, 2, b.server.Orders.Load())
	b.requireNoRecords(t)
}

// blindRecords believe that each record is shown.
type blindRecords struct{ Records }

func (blindRecords) Shown(context.Context, string, string) error { return nil }

func TestPlatformCertificates_ThatTheAuthorityRefuses_LeaveNoRecords(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t, cloudflaretest.Token)
	b.worker.records = blindRecords{b.worker.records}
	b.cloudflare.Withhold(true)
	b.keep(t)
	b.awaitBoth(t, "state = 'failed' AND next_at > now() + interval '14 minutes' AND problem LIKE '%did not find the record TXT _acme-challenge.apps.example.com that was made%'")
	b.requireNoRecords(t)

	b.server.Limited.Store(true)
	b.again(t)
	b.awaitBoth(t, "state = 'failed' AND next_at > now() + interval '119 minutes' AND problem LIKE '%takes no more orders for now%'")
}

func TestPlatformCertificates_RecordsThatCannotBeRemoved_AreRemovedLater(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t, cloudflaretest.Token)
	b.worker.records = stuckRecords{b.worker.records}
	b.keep(t)
	b.awaitBoth(t, "state = 'active'")

	left, _ := b.cloudflare.Records()
	require.Len(t, left, 2)

	// One certificate is gone with what it was for.
	b.exec(t, "DELETE FROM certificates WHERE hostname = 'apps.example.com'")
	b.worker.records = b.recordsWith(t, cloudflaretest.Token)
	require.NoError(t, b.worker.sweepCertificates(b.ctx, nil))
	b.requireNoRecords(t)
}

// stuckRecords cannot be removed.
type stuckRecords struct{ Records }

func (stuckRecords) Remove(context.Context, string, string) error { return context.DeadlineExceeded }

func TestPlatformCertificates_ThatExpire_AreToldOnceADay(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for hostname, state := range map[string]string{
		"uploaded.example.com": "'uploaded', now() + interval '20 days', NULL", "later.example.com": "'uploaded', now() + interval '22 days', NULL",
		"renewed.example.com": "'acme', now() + interval '20 days', NULL", "refused.example.com": "'acme', now() + interval '20 days', 'It is refused.'",
	} {
		b.exec(t, "INSERT INTO certificates (id, hostname, state, chain, source, not_after, problem) VALUES ($1, $2, 'active', 'x', "+state+")", id.New(), hostname)
	}

	log, worker := &bytes.Buffer{}, b.newWorker(t)
	worker.logger = slog.New(slog.NewTextHandler(log, nil))

	told := func() int {
		log.Reset()
		require.NoError(t, worker.sweepCertificates(b.ctx, nil))

		return bytes.Count(log.Bytes(), []byte("expires"))
	}

	require.Equal(t, 2, told())
	require.Contains(t, log.String(), "hostname=uploaded.example.com")
	require.Contains(t, log.String(), `hostname=refused.example.com source=acme`)
	require.Zero(t, told())
	b.exec(t, "UPDATE certificates SET warned_at = warned_at - interval '1 day'")
	require.Equal(t, 2, told())

	reader := metric.NewManualReader()
	require.NoError(t, worker.measure(metric.NewMeterProvider(metric.WithReader(reader))))

	var measured metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(b.ctx, &measured))
	points := measured.ScopeMetrics[0].Metrics[0].Data.(metricdata.Gauge[float64]).DataPoints
	require.Len(t, points, 4)

	for _, point := range points {
		require.InDelta(t, 21, point.Value/(24*time.Hour).Seconds(), 1.1)
	}
}
