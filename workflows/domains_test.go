package workflows

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/internal/id"
)

// claim inserts a custom domain of a project that is due to be checked, with the token.
func (b *testBundle) claim(t *testing.T, project uuid.UUID, hostname, token string) uuid.UUID {
	t.Helper()

	domain := id.New()
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind, verification_token) VALUES ($1, $2, $3, 'custom', $4)", domain, project, hostname, token)

	return domain
}

// askDNS has workers ask a name server of the test's own.
func (b *testBundle) askDNS(t *testing.T) *dnstest.Server {
	t.Helper()

	server := dnstest.New(t)
	b.domains.DNSServer = server.Address

	return server
}

// otherProject is a project of another organisation.
func (b *testBundle) otherProject(t *testing.T) uuid.UUID {
	t.Helper()

	organisation, project := id.New(), id.New()
	slug := "other-" + project.String()[24:]
	b.exec(t, "INSERT INTO organisations (id, slug, name) VALUES ($1, $2, $2)", organisation, slug)
	b.exec(t, "INSERT INTO projects (id, organisation_id, name, slug, repository_url) VALUES ($1, $2, $3, $3, 'https://git.example.com/b.git')",
		project, organisation, slug)
	b.exec(t, "INSERT INTO domains (id, project_id, hostname, kind) VALUES ($1, $2, $3, 'generated')", id.New(), project, slug+".example.com")

	return project
}

// live has a worker make a deployment live, and stop.
func (b *testBundle) live(t *testing.T) uuid.UUID {
	t.Helper()

	stop := b.runUntilStopped(t, b.newWorker(t))
	defer stop()

	return b.await(t, b.create(t).ID, stateLive).ID
}

func (b *testBundle) routeVersion(t *testing.T) int {
	t.Helper()

	return b.count(t, "SELECT coalesce(max(version), 0) FROM route_table")
}

func TestCheckDomains_FindAProof_AndLeaveWhatIsNotDue(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.askDNS(t)
	live := b.live(t)

	proven, missing, later := b.claim(t, b.project, "a.example.org", "one"), b.claim(t, b.project, "b.example.org", "two"), b.claim(t, b.project, "c.example.org", "three")
	b.exec(t, "UPDATE domains SET next_check_at = now() + interval '1 minute' WHERE id = $1", later)
	server.Set(t, "_zeitwork.a.example.org", "TXT zeitwork-verify=one")
	server.Set(t, "c.example.org", "CNAME domain-three.example.com.")

	before := b.routeVersion(t)
	require.NoError(t, b.newWorker(t).checkDomains(b.ctx, nil))

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL AND deployment_id = $2 AND next_check_at > now() + interval '23 hours'",
		proven, live))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NULL AND checked_at IS NOT NULL AND next_check_at > now()", missing))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND checked_at IS NULL", later))
	require.Greater(t, b.routeVersion(t), before)

	b.exec(t, "UPDATE domains SET next_check_at = now() WHERE id = $1", later)
	require.NoError(t, b.newWorker(t).checkDomains(b.ctx, nil))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL", later))
}

func TestCheckDomains_ClaimsProvenAtTheSameTime_OneHasTheHostname(t *testing.T) {
	t.Parallel()

	const claims = 5

	b := setup(t)
	server := b.askDNS(t)

	var group sync.WaitGroup

	texts := make([]string, 0, claims)

	domains, err := NewDomains(b.pool, b.domains)
	require.NoError(t, err)

	ids := make([]uuid.UUID, claims)
	for i := range ids {
		token := fmt.Sprintf("token%d", i)
		ids[i] = b.claim(t, b.otherProject(t), "shop.example.org", token)
		texts = append(texts, "TXT zeitwork-verify="+token)
	}

	server.Set(t, "_zeitwork.shop.example.org", texts...)

	for _, domain := range ids {
		group.Go(func() { _, _ = domains.Check(b.ctx, domain) })
	}

	group.Wait()

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE hostname = 'shop.example.org' AND verified_at IS NOT NULL"))
	require.Equal(t, claims-1, b.count(t, "SELECT count(*) FROM domains WHERE hostname = 'shop.example.org' AND check_message LIKE 'Another project answers on %'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'domain.verify'"))
}

func TestCheckDomains_HolderThatCannotBeChecked_KeepsTheHostname(t *testing.T) {
	t.Parallel()

	b := setup(t)
	server := b.askDNS(t)
	holder, other := b.claim(t, b.project, "shop.example.org", "one"), b.claim(t, b.otherProject(t), "shop.example.org", "two")

	domains, err := NewDomains(b.pool, b.domains)
	require.NoError(t, err)

	server.Set(t, "_zeitwork.shop.example.org", "TXT zeitwork-verify=one")
	_, err = domains.Check(b.ctx, holder)
	require.NoError(t, err)

	// The claim was found proven, and then the name server fails.
	server.Fail(dns.RcodeServerFailure)

	claimed, err := b.queries.GetDomainToCheck(b.ctx, other)
	require.NoError(t, err)
	require.NoError(t, domains.prove(b.ctx, claimed))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL", holder))

	// It answers again, and the holder's proof is gone.
	server.Fail(0)
	server.Set(t, "_zeitwork.shop.example.org", "TXT zeitwork-verify=two")
	require.NoError(t, domains.prove(b.ctx, claimed))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NULL AND verification_token <> 'one'", holder))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL", other))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'domain.unverify' AND organisation_id = $1", b.organisation))
}

func TestCheckDomains_ClaimMadeAnewMeanwhile_IsNotProvenByTheOldRecords(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.askDNS(t)
	domain := b.claim(t, b.project, "shop.example.org", "one")

	domains, err := NewDomains(b.pool, b.domains)
	require.NoError(t, err)

	claimed, err := b.queries.GetDomainToCheck(b.ctx, domain)
	require.NoError(t, err)
	b.exec(t, "UPDATE domains SET verification_token = 'two' WHERE id = $1", domain)

	require.ErrorContains(t, domains.prove(b.ctx, claimed), "was changed while it was checked")
	require.Equal(t, 0, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL", domain))
}

func TestFlipRoute_HostnamesThatAreOnlyClaimed_AreLeftAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	domain := b.claim(t, b.project, "shop.example.org", "one")
	live := b.live(t)

	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND deployment_id IS NULL", domain))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'generated' AND deployment_id = $1", live))
}

func TestNextCheck_IsSoonAfterAClaimAndLaterLessOften(t *testing.T) {
	t.Parallel()

	for age, want := range map[time.Duration]time.Duration{
		time.Minute: 15 * time.Second, 30 * time.Minute: time.Minute, 5 * time.Hour: 10 * time.Minute, 5 * 24 * time.Hour: time.Hour,
	} {
		require.Equal(t, want, nextCheck(database.Domain{ClaimedAt: time.Now().Add(-age)}, false), age)
	}

	require.Equal(t, 24*time.Hour, nextCheck(database.Domain{VerifiedAt: new(time.Now())}, true))
	require.Equal(t, time.Hour, nextCheck(database.Domain{VerifiedAt: new(time.Now())}, false))
}

func TestCollectClaims_RemovesWhatWasNotProvenInItsTime(t *testing.T) {
	t.Parallel()

	b := setup(t)
	stale, proven := b.claim(t, b.project, "a.example.org", "one"), b.claim(t, b.project, "b.example.org", "two")
	b.claim(t, b.project, "c.example.org", "three")
	b.exec(t, "UPDATE domains SET claimed_at = now() - interval '15 days' WHERE id IN ($1, $2)", stale, proven)
	b.exec(t, "UPDATE domains SET verified_at = now() WHERE id = $1", proven)
	b.exec(t, `INSERT INTO released_hostnames (hostname, organisation_id, released_at)
		VALUES ('old.example.com', $1, now() - interval '91 days'), ('young.example.com', $1, now())`, b.organisation)

	var removed collected
	require.NoError(t, b.newWorker(t).collectClaims(b.ctx, &removed))

	require.EqualValues(t, 1, removed.claims.Load())
	require.EqualValues(t, 1, removed.hostnames.Load())
	require.Equal(t, 2, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'custom'"))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM audit_events WHERE action = 'domain.delete' AND subject_id = $1", stale))
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM released_hostnames"))
}

func TestPreview_HostnameThatWasAnotherOrganisations_GetsAnotherName(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.exec(t, "INSERT INTO released_hostnames (hostname, organisation_id) SELECT 'app-feature.example.com', organisation_id FROM projects WHERE id = $1", b.otherProject(t))
	b.exec(t, "INSERT INTO released_hostnames (hostname, organisation_id) VALUES ('app-own.example.com', $1)", b.organisation)

	preview, err := b.deployments.CreatePreview(b.ctx, b.project, "feature", nil)
	require.NoError(t, err)
	require.NotEqual(t, "feature", preview.Slug)

	preview, err = b.deployments.CreatePreview(b.ctx, b.project, "own", nil)
	require.NoError(t, err)
	require.Equal(t, "own", preview.Slug)
}
