package api

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// records returns what stands in the DNS for a domain, as a page asks for it.
func (b *testBundle) records(t *testing.T, domain uuid.UUID) client.DomainRecords {
	t.Helper()

	answer, err := b.owner.GetDomainRecordsWithResponse(t.Context(), domain)
	require.NoError(t, err)
	require.NotNil(t, answer.JSON200, "%s", answer.Body)

	return *answer.JSON200
}

// letLook has the next one who wants to know what stands in the DNS for a domain look anew.
func (b *testBundle) letLook(domain uuid.UUID) {
	looks := b.server.service.looks

	looks.mutex.Lock()
	defer looks.mutex.Unlock()

	looks.known[domain].at = time.Now().Add(-lookEvery)
}

func TestDomainRecords_SayWhatStandsThere_AndHaveAProofCheckedAtOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	domain := b.domain(t, b.owner, b.project(t).ID, "shop.example.org")
	isDue := func() bool {
		return b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND next_check_at <= now()", domain.ID) == 1
	}

	b.exec(t, "UPDATE domains SET next_check_at = now() + interval '1 hour' WHERE id = $1", domain.ID)
	b.dns.Set(t, "shop.example.org", "CNAME elsewhere.example.net.")

	found := b.records(t, domain.ID)
	require.False(t, found.Proven)
	require.Equal(t, domain.Records[0].Value, found.Records[0].Value)
	require.Empty(t, found.Records[0].Found)
	require.True(t, found.Records[0].Answered)
	require.Equal(t, []string{"elsewhere.example.net"}, found.Records[1].Found)
	require.WithinDuration(t, time.Now(), found.LookedAt, time.Minute)
	require.False(t, isDue())

	b.dns.Set(t, domain.Records[0].Name, "TXT "+domain.Records[0].Value)
	b.letLook(domain.ID)

	found = b.records(t, domain.ID)
	require.True(t, found.Proven)
	require.True(t, found.Records[0].Ok)
	require.True(t, isDue(), "a worker checks it now")
	require.Zero(t, b.count(t, "SELECT count(*) FROM domains WHERE id = $1 AND verified_at IS NOT NULL", domain.ID), "to look changes nothing")

	b.dns.Fail(dns.RcodeServerFailure)
	b.letLook(domain.ID)

	found = b.records(t, domain.ID)
	require.False(t, found.Records[0].Answered)
	require.False(t, found.Proven)
}

func TestDomainRecords_ManyWhoWantToKnow_AskTheDNSOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	domain := b.domain(t, b.owner, b.project(t).ID, "shop.example.org")

	var asking sync.WaitGroup

	for range 20 {
		asking.Go(func() {
			answer, err := b.owner.GetDomainRecordsWithResponse(t.Context(), domain.ID)
			if err != nil || answer.JSON200 == nil {
				t.Errorf("no answer: %v", err)
			}
		})
	}

	asking.Wait()
	require.Equal(t, 3, b.dns.Asked(), "for TXT, A and AAAA records")

	first := b.records(t, domain.ID)
	b.letLook(domain.ID)
	require.True(t, b.records(t, domain.ID).LookedAt.After(first.LookedAt))
	require.Equal(t, 6, b.dns.Asked())

	// The records that a check by hand has found are shown to everybody, without another question to the DNS.
	b.dns.Set(t, domain.Records[0].Name, "TXT "+domain.Records[0].Value)
	require.True(t, b.check(t, b.owner, domain.ID).Proven)
	require.True(t, b.records(t, domain.ID).Proven)
	require.Equal(t, 9, b.dns.Asked())
}

func TestCheckDomain_AgainAndAgain_IsRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	domain, other := b.domain(t, b.owner, project.ID, "shop.example.org"), b.domain(t, b.owner, project.ID, "www.example.org")

	for range checksAtOnce {
		b.check(t, b.owner, domain.ID)
	}

	answer, err := b.owner.CheckDomainWithResponse(t.Context(), domain.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, answer.StatusCode())
	require.Contains(t, string(answer.Body), "The DNS was asked about shop.example.org again and again")
	require.Equal(t, "5", answer.HTTPResponse.Header.Get("Retry-After"))

	b.check(t, b.owner, other.ID)
}
