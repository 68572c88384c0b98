package workflows

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/activities/authority/authoritytest"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/certificate"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/internal/id"
)

const certified = "shop.example.org"

// certificateBundle is a platform with an edge that ends TLS, and an authority.
type certificateBundle struct {
	*testBundle

	worker *Worker
	names  *dnstest.Server
	server *authoritytest.Server
	issuer *eagerAuthority
	edge   *certificateEdge
	domain uuid.UUID
}

// certificateEdge answers the authority as an edge does that polls.
type certificateEdge struct {
	id      uuid.UUID
	port    int
	mutex   sync.Mutex
	answers map[string]string
}

func setupCertificates(t *testing.T) *certificateBundle {
	t.Helper()

	b := &certificateBundle{testBundle: setup(t)}
	b.names = b.askDNS(t)
	b.edge = b.newCertificateEdge(t)
	b.server = authoritytest.New(t, b.names.Address, b.edge.port)
	b.names.Set(t, certified, "A 127.0.0.1")
	b.domain = b.proven(t, certified)

	issuer, err := authority.New(authority.Config{DirectoryURL: b.server.DirectoryURL}, b.server.Transport)
	require.NoError(t, err)

	b.worker = b.newWorker(t)
	b.issuer = &eagerAuthority{Authority: issuer}
	b.worker.authority = b.issuer
	b.runWorker(t, b.worker)

	return b
}

func (b *testBundle) proven(t *testing.T, hostname string) uuid.UUID {
	t.Helper()

	domain := b.claim(t, b.project, hostname, "token-of-"+hostname)
	b.exec(t, "UPDATE domains SET verified_at = now(), next_check_at = now() + interval '1 day' WHERE id = $1", domain)

	return domain
}

func (b *testBundle) newCertificateEdge(t *testing.T) *certificateEdge {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	e := &certificateEdge{id: id.New(), port: listener.Addr().(*net.TCPAddr).Port}
	b.exec(t, "INSERT INTO edges (id, name, region, certificates_version, last_seen_at) VALUES ($1, $2, 'eu', 0, now() + interval '1 hour')", e.id, e.id.String())

	site := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mutex.Lock()
		defer e.mutex.Unlock()

		_, _ = io.WriteString(w, e.answers[r.Host+strings.TrimPrefix(r.URL.Path, "/.well-known/acme-challenge/")])
	})}

	run(t, func(context.Context) { _ = site.Serve(listener) })
	t.Cleanup(func() { _ = site.Close() })
	run(t, func(ctx context.Context) { b.pollCertificates(ctx, e) })

	return e
}

// pollCertificates has the edge take over what there is, and acknowledge it.
func (b *testBundle) pollCertificates(ctx context.Context, e *certificateEdge) {
	news, cancel := b.listener.Subscribe(database.ChannelCertificates, "")
	defer cancel()

	for ctx.Err() == nil {
		version, err := b.queries.CurrentCertificateVersion(ctx)
		challenges, challengesErr := b.queries.ListChallenges(ctx)

		if err == nil && challengesErr == nil {
			e.mutex.Lock()
			e.answers = map[string]string{}

			for _, c := range challenges {
				e.answers[net.JoinHostPort(c.Hostname, strconv.Itoa(e.port))+c.Token] = c.KeyAuthorization
			}
			e.mutex.Unlock()

			_ = b.queries.AcknowledgeCertificates(ctx, []uuid.UUID{e.id}, []int64{version})
		}

		select {
		case <-news:
		case <-ctx.Done():
		}
	}
}

// keep looks for what is missing and due, as workers do every few seconds.
func (b *certificateBundle) keep(t *testing.T) {
	t.Helper()
	require.NoError(t, b.worker.keepCertificates(b.ctx, nil))
}

// again has what is due later be due now.
func (b *certificateBundle) again(t *testing.T) {
	t.Helper()
	b.exec(t, "UPDATE certificates SET next_at = now()")
	b.keep(t)
}

// order begins an order, and waits for what comes of it.
func (b *certificateBundle) order(t *testing.T, condition string) {
	t.Helper()
	b.keep(t)
	b.awaitCertificate(t, condition)
}

func (b *certificateBundle) awaitCertificate(t *testing.T, condition string) {
	t.Helper()

	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM certificates WHERE hostname = $1 AND "+condition, certified) == 1
	}, patienceOfTests, 5*time.Millisecond, condition)
}

func TestCertificates_AreOrderedForProvenDomains(t *testing.T) {
	t.Parallel()

	b := setupCertificates(t)
	b.claim(t, b.project, "claimed.example.org", "two")
	b.proven(t, "*.example.org")
	b.exec(t, "UPDATE domains SET verified_at = now() - interval '1 year' WHERE verified_at IS NOT NULL")
	require.NoError(t, b.worker.sweepCertificates(b.ctx, nil))
	b.order(t, "state = 'active'")

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM certificates"), "nothing is ordered for what is not proven, or is a wildcard")
	require.EqualValues(t, 1, b.server.Validations.Load())
	require.Zero(t, b.count(t, "SELECT count(*) FROM certificate_challenges"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE kind = 'certificate_next_key'"))
	b.awaitCertificate(t, "problem IS NULL AND step = 'order' AND next_at > now() + interval '1 hour' AND version = (SELECT version FROM certificate_table)")

	served, err := b.queries.ListServedCertificates(b.ctx, 0)
	require.NoError(t, err)
	require.Len(t, served, 1)

	key, err := b.keyring.Secret(b.ctx, b.queries, CertificateKey(served[0].ID))
	require.NoError(t, err)
	_, err = certificate.Check([]byte(served[0].Chain), []byte(key), certified, time.Now())
	require.NoError(t, err)

	// Neither is it ordered again, nor the account made again.
	b.keep(t)
	b.again(t)
	b.awaitCertificate(t, "next_at > now() + interval '11 hours'")
	require.EqualValues(t, 1, b.server.Orders.Load())
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM acme_accounts WHERE account_url IS NOT NULL"))

	// A domain that is lost has none any more, nor a key.
	b.exec(t, "UPDATE domains SET verified_at = NULL WHERE id = $1", b.domain)
	require.NoError(t, b.worker.sweepCertificates(b.ctx, nil))
	require.Zero(t, b.count(t, "SELECT count(*) FROM certificates"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE kind = 'certificate_key'"))
}

func TestCertificates_TheAuthorityIsAskedToLook_OnlyOnceAllEdgesKnowTheAnswer(t *testing.T) {
	t.Parallel()

	b := setupCertificates(t)
	old := id.New()
	b.exec(t, "INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, 'old', 'eu', now() + interval '1 hour')", old)
	b.exec(t, "INSERT INTO edges (id, name, region, last_seen_at) VALUES ($1, 'dead', 'eu', now() - interval '1 hour')", id.New())
	b.order(t, "step = 'validate'")

	require.Eventually(t, func() bool {
		return b.count(t, "SELECT count(*) FROM edges WHERE id = $1 AND certificates_version = (SELECT version FROM certificate_table)", b.edge.id) == 1
	}, patienceOfTests, 5*time.Millisecond)
	require.Zero(t, b.server.Validations.Load())

	b.exec(t, "UPDATE edges SET certificates_version = (SELECT version FROM certificate_table) WHERE id = $1", old)

	b.awaitCertificate(t, "state = 'active'")
}

func TestCertificates_ThatCannotBeValidated_TellWhatToDo_AndAreTriedAgainLater(t *testing.T) {
	t.Parallel()

	b := setupCertificates(t)
	b.names.Set(t, certified)
	b.order(t, "state = 'failed' AND next_at > now() + interval '14 minutes' AND problem LIKE '%Make the record shop.example.org CNAME domain-token-of-shop.example.org.example.com%'")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE kind = 'certificate' AND message LIKE 'No certificate for shop.example.org: %'"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM certificate_challenges"))

	// It is not tried before its time. Then it waits for longer.
	b.keep(t)
	require.EqualValues(t, 1, b.server.Orders.Load())
	b.again(t)
	b.awaitCertificate(t, "state = 'failed' AND failures = 2 AND next_at > now() + interval '29 minutes'")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE kind = 'certificate'"))

	b.names.Set(t, certified, "A 127.0.0.1")
	b.again(t)
	b.awaitCertificate(t, "state = 'active' AND failures = 0 AND problem IS NULL")
}

func TestCertificates_AuthorityThatIsAwayOrLimits_IsAskedAgainWhenItMay(t *testing.T) {
	t.Parallel()

	b := setupCertificates(t)
	b.server.Away.Store(true)
	b.order(t, "state = 'ordering' AND failures = 0 AND problem LIKE '%It is asked again by itself.' AND next_at < now() + interval '2 minutes'")

	b.server.Away.Store(false)
	b.server.Limited.Store(true)
	b.again(t)
	b.awaitCertificate(t, "state = 'failed' AND next_at > now() + interval '119 minutes' AND problem LIKE '%takes no more orders for now%'")

	b.server.Limited.Store(false)
	b.again(t)
	b.awaitCertificate(t, "state = 'active' AND problem IS NULL")
}

// eagerAuthority wants certificates to be renewed now, where it is told to.
type eagerAuthority struct {
	Authority

	eager atomic.Bool
}

func (a *eagerAuthority) RenewAt(ctx context.Context, leaf *x509.Certificate, part float64) time.Time {
	if a.eager.Load() {
		return time.Now()
	}

	return a.Authority.RenewAt(ctx, leaf, part)
}

func TestCertificates_AreRenewed_AndStayWhereThatFails(t *testing.T) {
	t.Parallel()

	b := setupCertificates(t)
	b.order(t, "state = 'active'")

	var first string
	require.NoError(t, b.pool.QueryRow(b.ctx, "SELECT chain FROM certificates").Scan(&first))

	b.names.Set(t, certified)
	b.issuer.eager.Store(true)
	b.again(t)
	b.awaitCertificate(t, "state = 'active' AND failures = 1 AND problem IS NOT NULL")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM certificates WHERE chain = $1", first))

	b.names.Set(t, certified, "A 127.0.0.1")
	b.again(t)
	b.awaitCertificate(t, "state = 'active' AND failures = 0 AND problem IS NULL")
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM certificates WHERE chain <> $1", first))
}

func TestCertificates_TicketKeysRotate(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO edges (id, name, region, certificates_version, last_seen_at) VALUES ($1, 'one', 'eu', 0, now())", id.New())
	worker := b.newWorker(t)
	seen := map[string]bool{}

	for range ticketKeysKept + 1 {
		before, err := b.queries.CurrentCertificateVersion(b.ctx)
		require.NoError(t, err)

		for range 2 {
			require.NoError(t, worker.keepCertificates(b.ctx, nil))
		}

		after, err := b.queries.CurrentCertificateVersion(b.ctx)
		require.NoError(t, err)
		require.Greater(t, after, before)

		keys, err := TicketKeys(b.ctx, b.queries, b.keyring)
		require.NoError(t, err)
		require.False(t, seen[keys[0]], "the first is new")

		seen[keys[0]] = true
		require.Len(t, keys, min(len(seen), ticketKeysKept))

		b.exec(t, "UPDATE certificate_table SET ticket_key_at = now() - interval '13 hours'")
	}
}

func TestCertificates_UploadedOnesThatExpire_AreToldOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	domain := b.proven(t, certified)
	b.exec(t, "INSERT INTO certificates (id, domain_id, hostname, source, state, chain, not_after) VALUES ($1, $2, $3, 'uploaded', 'active', 'x', now() + interval '20 days')",
		id.New(), domain, certified)

	worker := b.newWorker(t)
	for range 2 {
		require.NoError(t, worker.sweepCertificates(b.ctx, nil))
	}

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM project_events WHERE kind = 'certificate' AND message LIKE 'The certificate of shop.example.org was uploaded, and expires on %'"))
}
