package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/miekg/dns"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/setting"
)

// routed are the routes that edges get now, by hostname.
func (b *testBundle) routed(t *testing.T) map[string]client.Route {
	t.Helper()

	answer, err := b.edge.GetRoutesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return lo.KeyBy(answer.JSON200.Routes, func(r client.Route) string { return r.Hostname })
}

func (b *testBundle) check(t *testing.T, as *client.ClientWithResponses, domain uuid.UUID) client.CheckDomainOutputBody {
	t.Helper()

	checked, err := as.CheckDomainWithResponse(t.Context(), domain)
	require.NoError(t, err)
	require.NotNil(t, checked.JSON200, "%s", checked.Body)

	return *checked.JSON200
}

// actions are those of the audit log on a thing, oldest first, with who did them.
func (b *testBundle) actions(t *testing.T, subject uuid.UUID) []string {
	t.Helper()

	rows, err := b.pool.Query(t.Context(), "SELECT actor_kind || ' ' || action FROM audit_events WHERE subject_id = $1 ORDER BY id", subject)
	require.NoError(t, err)

	var (
		found  []string
		action string
	)

	for rows.Next() {
		require.NoError(t, rows.Scan(&action))
		found = append(found, action)
	}

	require.NoError(t, rows.Err())

	return found
}

func TestDomain_RoutesOnlyOnceTheDNSProvesIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	deployment := b.deployment(t, project.ID)
	b.flip(t, project.ID, deployment.ID)

	domain := b.domain(t, b.owner, project.ID, "shop.example.org")
	require.Equal(t, client.DomainState(domainClaimed), domain.State)
	require.Nil(t, domain.DeploymentID)
	require.Equal(t, "_zeitwork.shop.example.org", domain.Records[0].Name)
	require.True(t, strings.HasSuffix(domain.Records[1].Value, ".apps.example.com"), domain.Records[1].Value)
	require.NotContains(t, b.routed(t), "shop.example.org")

	// The next flip does not take it along.
	b.end(t, deployment.ID, "retired")
	next := b.deployment(t, project.ID)
	b.flip(t, project.ID, next.ID)
	require.NotContains(t, b.routed(t), "shop.example.org")

	found := b.check(t, b.owner, domain.ID)
	require.Equal(t, client.DomainState(domainClaimed), found.Domain.State)
	require.Contains(t, *found.Domain.Message, "None of the records")
	require.Empty(t, found.Records[0].Found)
	require.NotNil(t, found.Domain.CheckedAt)

	b.dns.Set(t, "shop.example.org", "CNAME elsewhere.example.net.")
	found = b.check(t, b.owner, domain.ID)
	require.Equal(t, []string{"elsewhere.example.net"}, found.Records[1].Found)
	require.False(t, found.Records[1].Ok)

	before, err := b.queries.CurrentRouteVersion(t.Context())
	require.NoError(t, err)

	b.dns.Set(t, "shop.example.org", "CNAME "+domain.Records[1].Value+".")
	found = b.check(t, b.owner, domain.ID)
	require.True(t, found.Records[1].Ok)
	require.Equal(t, client.DomainState(domainActive), found.Domain.State)
	require.Nil(t, found.Domain.Message)
	require.Equal(t, next.ID, *found.Domain.DeploymentID)
	require.Equal(t, next.ID, *b.routed(t)["shop.example.org"].DeploymentID)

	after, err := b.queries.CurrentRouteVersion(t.Context())
	require.NoError(t, err)
	require.Greater(t, after, before, "edges hear of it")
	require.Equal(t, []string{"user domain.create", "platform domain.verify"}, b.actions(t, domain.ID))

	// Later flips do.
	b.end(t, next.ID, "retired")
	last := b.deployment(t, project.ID)
	b.flip(t, project.ID, last.ID)
	require.Equal(t, last.ID, *b.routed(t)["shop.example.org"].DeploymentID)
}

func TestDomain_Removed_NeedsANewProof(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	first := b.domain(t, b.owner, project.ID, "shop.example.org")
	b.proves(t, first)
	require.Contains(t, b.routed(t), "shop.example.org")

	// It goes while nobody else changes the project.
	holds, err := b.pool.Begin(t.Context())
	require.NoError(t, err)

	defer func() { _ = holds.Rollback(context.WithoutCancel(t.Context())) }()

	_, err = database.New(holds).LockProject(t.Context(), project.ID)
	require.NoError(t, err)

	deleted := make(chan *client.DeleteDomainResponse, 1)

	go func() {
		answer, _ := b.owner.DeleteDomainWithResponse(t.Context(), first.ID)
		deleted <- answer
	}()

	require.Eventually(t, func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LockProjectOf%'`) == 1
	}, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, holds.Rollback(t.Context()))
	require.Equal(t, http.StatusNoContent, (<-deleted).StatusCode())
	require.NotContains(t, b.routed(t), "shop.example.org")

	// The records of the first claim are still there.
	again := b.domain(t, b.owner, project.ID, "shop.example.org")
	require.NotEqual(t, first.Records[0].Value, again.Records[0].Value)
	require.Equal(t, client.DomainState(domainClaimed), b.check(t, b.owner, again.ID).Domain.State)
	require.NotContains(t, b.routed(t), "shop.example.org")
}

func TestDomain_ClaimedBySeveral_IsHisWhomTheDNSNames(t *testing.T) {
	t.Parallel()

	b := setup(t)
	mine, theirs := b.project(t), b.strangersProject(t)
	squatted := b.domain(t, b.stranger, theirs.ID, "shop.example.org")
	owned := b.domain(t, b.owner, mine.ID, "shop.example.org")

	require.Equal(t, client.DomainState(domainClaimed), b.check(t, b.stranger, squatted.ID).Domain.State)
	b.proves(t, owned)
	require.Equal(t, mine.ID, b.routed(t)["shop.example.org"].ProjectID)

	// Neither organisation can look at the other's claim to the domain.
	for id, as := range map[uuid.UUID]*client.ClientWithResponses{owned.ID: b.stranger, squatted.ID: b.owner} {
		checked, err := as.CheckDomainWithResponse(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, http.StatusNotFound, checked.StatusCode())
	}

	// Both proofs: who has it keeps it, and the other one is told.
	b.dns.Set(t, "_zeitwork.shop.example.org", "TXT "+owned.Records[0].Value, "TXT "+squatted.Records[0].Value)
	found := b.check(t, b.stranger, squatted.ID)
	require.Equal(t, client.DomainState(domainClaimed), found.Domain.State)
	require.Contains(t, *found.Domain.Message, "Another project answers on shop.example.org")
	require.Equal(t, mine.ID, b.routed(t)["shop.example.org"].ProjectID)

	// The proof of who has it is gone: the other one takes over.
	b.dns.Set(t, "_zeitwork.shop.example.org", "TXT "+squatted.Records[0].Value)
	found = b.check(t, b.stranger, squatted.ID)
	require.Equal(t, client.DomainState(domainActive), found.Domain.State)
	require.Equal(t, theirs.ID, b.routed(t)["shop.example.org"].ProjectID)
	require.Equal(t, []string{"user domain.create", "platform domain.verify", "platform domain.unverify"}, b.actions(t, owned.ID))
	require.Equal(t, []string{"user domain.create", "platform domain.verify"}, b.actions(t, squatted.ID))

	lost := b.check(t, b.owner, owned.ID)
	require.Equal(t, client.DomainState(domainClaimed), lost.Domain.State)
	require.NotEqual(t, owned.Records[0].Value, lost.Domain.Records[0].Value, "the old proof is of no use any more")

	// Of what was taken from them, their audit log tells.
	log, err := b.owner.ListAuditEventsWithResponse(t.Context(), b.organisation(t), &client.ListAuditEventsParams{SubjectID: &owned.ID})
	require.NoError(t, err)
	require.Len(t, log.JSON200.Items, 3)
}

func TestDomain_DNSThatDoesNotAnswer_TakesNothingAndGivesNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	proven, claimed := b.domain(t, b.owner, project.ID, "shop.example.org"), b.domain(t, b.owner, project.ID, "www.example.org")
	b.proves(t, proven)
	b.dns.Fail(dns.RcodeServerFailure)

	require.Equal(t, client.DomainState(domainActive), b.check(t, b.owner, proven.ID).Domain.State)

	found := b.check(t, b.owner, claimed.ID)
	require.Equal(t, client.DomainState(domainClaimed), found.Domain.State)
	require.Contains(t, *found.Domain.Message, "The DNS did not answer")
	require.Contains(t, b.routed(t), "shop.example.org")
}

func TestDomain_ProofMissingForDays_WarnsAndGoesOnAnswering(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	domain := b.domain(t, b.owner, project.ID, "shop.example.org")
	b.proves(t, domain)
	b.dns.Set(t, "_zeitwork.shop.example.org")

	found := b.check(t, b.owner, domain.ID)
	require.Equal(t, client.DomainState(domainActive), found.Domain.State)
	require.Contains(t, *found.Domain.Message, "are missing")

	_, err := b.pool.Exec(t.Context(), "UPDATE domains SET failing_since = failing_since - interval '4 days' WHERE id = $1", domain.ID)
	require.NoError(t, err)
	require.Equal(t, client.DomainState(domainFailing), b.check(t, b.owner, domain.ID).Domain.State)
	require.Contains(t, b.routed(t), "shop.example.org")

	b.proves(t, domain)
}

func TestDomain_RedirectsToAnotherOfItsEnvironment(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	apex := b.domain(t, b.owner, project.ID, "example.org")

	made, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{
		Hostname: "www.example.org", RedirectTo: new("Example.org."),
	})
	require.NoError(t, err)
	require.Equal(t, "example.org", *made.JSON201.RedirectTo)

	www := *made.JSON201
	b.proves(t, www)
	require.Nil(t, b.routed(t)["www.example.org"].RedirectTo, "nobody is sent to a domain that does not answer")

	b.proves(t, apex)
	require.Equal(t, "example.org", *b.routed(t)["www.example.org"].RedirectTo)

	redirect := func(domain uuid.UUID, to string) *client.UpdateDomainResponse {
		answer, err := b.owner.UpdateDomainWithResponse(t.Context(), domain, client.UpdateDomainInputBody{RedirectTo: &to})
		require.NoError(t, err)

		return answer
	}

	elsewhere := b.domain(t, b.stranger, b.strangersProject(t).ID, "example.net")

	for domain, to := range map[uuid.UUID]string{apex.ID: "www.example.org", www.ID: "www.example.org"} {
		require.Equal(t, http.StatusUnprocessableEntity, redirect(domain, to).StatusCode(), to)
	}

	require.Contains(t, string(redirect(www.ID, elsewhere.Hostname).Body), "has no domain example.net")
	require.Contains(t, string(redirect(apex.ID, project.Slug+".apps.example.com").Body), "Other domains send visitors to this one")

	require.Nil(t, redirect(www.ID, "").JSON200.RedirectTo)
	require.Nil(t, b.routed(t)["www.example.org"].RedirectTo)
	require.Equal(t, project.Slug+".apps.example.com", *redirect(www.ID, project.Slug+".apps.example.com").JSON200.RedirectTo)
	require.Equal(t, http.StatusConflict, redirect(b.generated(t, project.ID), "example.org").StatusCode())

	require.NotNil(t, redirect(www.ID, "example.org").JSON200)
	_, err = b.owner.DeleteDomainWithResponse(t.Context(), apex.ID)
	require.NoError(t, err)
	require.Nil(t, b.routed(t)["www.example.org"].RedirectTo, "it gets the app again")
	require.Equal(t, []string{"user domain.create", "platform domain.verify", "user domain.update", "user domain.update", "user domain.update"}, b.actions(t, www.ID))
}

func TestDomain_Wildcard_IsProvenAtItsDomain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	wildcard := b.domain(t, b.owner, project.ID, "*.Bücher.example")
	require.Equal(t, "*.xn--bcher-kva.example", wildcard.Hostname)
	require.Equal(t, "_zeitwork.xn--bcher-kva.example", wildcard.Records[0].Name)
	b.proves(t, wildcard)
	require.Contains(t, b.routed(t), "*.xn--bcher-kva.example")

	// Health checks do not ask as if by it.
	b.vm(t, b.deployment(t, project.ID).ID)
	require.Equal(t, []string{project.URL}, *b.assigned(t)[0].Origins)
}

func TestDomain_ThePlatformsOwn_CannotBeClaimed(t *testing.T) {
	t.Parallel()

	config := Config{
		BaseDomain: "Apps.Example.com", Edge: setting.Edge{EdgeURL: url.URL{Scheme: "https", Host: "edge.example.com:443"}}, ReservedDomains: []string{"zeitwork.example.", " "},
		Domains: setting.Domains{EdgeDomain: "in.example.net"},
	}

	for _, hostname := range []string{
		"apps.example.com", "shop.apps.example.com", "a.b.apps.example.com", "*.apps.example.com", "*.example.com", "EDGE.example.com", "*.edge.example.com",
		"in.example.net", "x.in.example.net", "*.example.net", "zeitwork.example", "api.zeitwork.example",
	} {
		_, err := config.customHostname(hostname)
		require.ErrorContains(t, err, "belongs to the platform", hostname)
	}

	for _, hostname := range []string{"example.com", "www.example.com", "myapps.example.com", "*.other.example.com", "example.net", "azeitwork.example"} {
		_, err := config.customHostname(hostname)
		require.NoError(t, err, hostname)
	}

	for _, hostname := range []string{"*", "*.", "*.*.example.com", "a.*.example.com", "*.com", "*a.example.com", "*." + strings.Repeat("a.", 125) + "xx"} {
		_, err := config.customHostname(hostname)
		require.Error(t, err, hostname)
	}
}

func TestDomains_ClaimedByOneOrganisation_AreBounded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	_, err := b.pool.Exec(t.Context(), `INSERT INTO domains (id, project_id, hostname, kind)
		SELECT gen_random_uuid(), $1, n || '.example.org', 'custom' FROM generate_series(1, 50) AS n`, project.ID)
	require.NoError(t, err)

	made, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{Hostname: "one.example.org"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, made.StatusCode())
	require.Contains(t, string(made.Body), "50 domains of the organisation are not proven")
}

func TestSlugs_GivenUp_StayForTheirOrganisation(t *testing.T) {
	t.Parallel()

	b := setup(t)
	shop := func(as *client.ClientWithResponses) *client.CreateProjectResponse {
		answer, err := as.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
			Name: "Shop", Slug: new("shop"), RepositoryURL: "https://git.example.com/me/app.git",
		})
		require.NoError(t, err)

		return answer
	}

	for range 2 {
		project := shop(b.owner)
		require.NotNil(t, project.JSON201, "%s", project.Body)

		deleted, err := b.owner.DeleteProjectWithResponse(t.Context(), project.JSON201.ID, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusNoContent, deleted.StatusCode())
		require.Equal(t, http.StatusConflict, shop(b.stranger).StatusCode())
	}

	_, err := b.pool.Exec(t.Context(), "UPDATE released_hostnames SET released_at = now() - interval '91 days'")
	require.NoError(t, err)
	require.NotNil(t, shop(b.stranger).JSON201)
}

func TestSlugs_ThatPeopleTakeForThePlatforms_AreReserved(t *testing.T) {
	t.Parallel()

	for _, slug := range []string{"www", "api", "admin", "edge", "app", "mail", "status", "xn--abc"} {
		require.True(t, reservedSlug(slug), slug)
	}

	require.True(t, slices.IsSorted(reservedSlugs))
}

// strangersProject is a project of the stranger's organisation.
func (b *testBundle) strangersProject(t *testing.T) client.Project {
	t.Helper()

	made, err := b.stranger.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{Name: "theirs", RepositoryURL: "https://git.example.com/a.git"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	return *made.JSON201
}

// generated is the id of the generated domain of a project's production.
func (b *testBundle) generated(t *testing.T, project uuid.UUID) uuid.UUID {
	t.Helper()

	var domain uuid.UUID
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT id FROM domains WHERE environment_id = $1 AND kind = 'generated'", project).Scan(&domain))

	return domain
}
