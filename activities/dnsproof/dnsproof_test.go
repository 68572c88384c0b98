package dnsproof_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/dnsproof"
	"github.com/zeitwork/zeitwork/activities/dnsproof/cloudflaretest"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const record, text = "_acme-challenge.apps.example.com", "LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"

type testBundle struct {
	names      *dnstest.Server
	cloudflare *cloudflaretest.Server
	records    *dnsproof.Records
}

func setup(t *testing.T, token string) testBundle {
	t.Helper()

	names := dnstest.New(t)
	b := testBundle{names: names, cloudflare: cloudflaretest.New(t, "example.com", names)}
	_, port, err := net.SplitHostPort(names.Address)
	require.NoError(t, err)
	resolver, err := dnscheck.NewResolver(names.Address)
	require.NoError(t, err)

	b.records, err = dnsproof.New(dnsproof.Config{BaseDomain: "Apps.Example.com", CloudflareToken: token}, resolver.WithZonePort(port), b.cloudflare)
	require.NoError(t, err)

	return b
}

func TestRecords_EachStepRunTwice_LeavesWhatOthersHaveMade(t *testing.T) {
	t.Parallel()

	b := setup(t, cloudflaretest.Token)
	require.Equal(t, []string{"*.apps.example.com", "apps.example.com"}, b.records.Hostnames())
	require.NoError(t, b.records.Put(t.Context(), record, "another"))
	require.Equal(t, problem.Unavailable, problem.CodeOf(b.records.Shown(t.Context(), record, text)))

	for range 2 {
		require.NoError(t, b.records.Put(t.Context(), record, text))
		require.NoError(t, b.records.Shown(t.Context(), record, text))
	}

	contents, made := b.cloudflare.Records()
	require.Equal(t, []string{`"another"`, `"` + text + `"`}, contents)
	require.Equal(t, 2, made)

	for range 2 {
		require.NoError(t, b.records.Remove(t.Context(), record, text))
	}

	contents, _ = b.cloudflare.Records()
	require.Equal(t, []string{`"another"`}, contents)
	require.ErrorIs(t, b.records.Shown(t.Context(), record, text), dnscheck.ErrNotShown)
}

func TestRecords_WhatGoesWrong_IsExplainedToTheOperator(t *testing.T) {
	t.Parallel()

	for _, token := range []string{"a-token-that-was-revoked", "Bearer-twice"} {
		refused := setup(t, token).records.Put(t.Context(), record, text)
		require.Equal(t, problem.Forbidden, problem.CodeOf(refused))
		require.Contains(t, problem.MessageOf(refused), "Cloudflare refuses the token of ZEITWORK_ACME_CLOUDFLARE_TOKEN. Make one with the permissions Zone:Read and DNS:Edit")
		require.Contains(t, problem.MessageOf(refused), "It says: Invalid access token (9109).")
		require.NotContains(t, refused.Error(), token)
	}

	b := setup(t, cloudflaretest.Token)

	// The DNS knows a zone that the token does not show.
	b.names.Set(t, "apps.example.com", "SOA ns.example.com. dns.cloudflare.com. 1 10000 2400 604800 60", "NS ns.example.com.")
	missing := b.records.Put(t.Context(), record, text)
	require.Equal(t, problem.NotFound, problem.CodeOf(missing))
	require.Contains(t, problem.MessageOf(missing), "shows no zone apps.example.com at Cloudflare")

	b.names.Set(t, "apps.example.com")
	b.cloudflare.Away(true)
	require.Equal(t, problem.Unavailable, problem.CodeOf(b.records.Put(t.Context(), record, text)))
	require.Error(t, b.records.Remove(t.Context(), record, text))

	b.cloudflare.Away(false)
	b.names.Set(t, "example.com")
	require.ErrorContains(t, b.records.Put(t.Context(), record, text), "does not answer which zone")
}

func TestNew_RefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()

	off, err := dnsproof.New(dnsproof.Config{BaseDomain: "apps.example.com"}, dnscheck.Resolver{}, nil)
	require.NoError(t, err)
	require.Nil(t, off)

	for want, config := range map[string]dnsproof.Config{
		"needs ZEITWORK_ACME_BASE_DOMAIN": {CloudflareToken: "token"},
		"must be one word":                {CloudflareToken: "Bearer token", BaseDomain: "apps.example.com"},
	} {
		_, err := dnsproof.New(config, dnscheck.Resolver{}, nil)
		require.ErrorContains(t, err, want)
	}
}
