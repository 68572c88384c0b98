package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

func TestDoctor_TellsOfThePlatformsCertificatesThatExpire(t *testing.T) {
	t.Parallel()

	const hostname = "*.apps.example.com"

	now := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	soon, later, refused := now.Add(workflows.ExpiresSoon), now.Add(workflows.ExpiresSoon+time.Hour), "Cloudflare refuses the token."

	for _, c := range []struct {
		certificate    database.ListPlatformCertificatesRow
		ok             bool
		detail, advice string
	}{
		{database.ListPlatformCertificatesRow{Source: "uploaded", NotAfter: &later}, true, "(uploaded) is good until 2026-01-22", ""},
		{database.ListPlatformCertificatesRow{Source: "uploaded", NotAfter: &soon}, false, "is good until", "zeitwork admin certificate '*.apps.example.com'"},
		{database.ListPlatformCertificatesRow{Source: "acme", NotAfter: &soon}, true, "(acme) is good until 2026-01-22", ""},
		{database.ListPlatformCertificatesRow{Source: "acme", NotAfter: &soon, Problem: &refused}, false, "is good until", refused},
		{database.ListPlatformCertificatesRow{Source: "acme", NotAfter: &now}, false, "is good until", "zeitwork admin certificate"},
		{database.ListPlatformCertificatesRow{Source: "acme", Problem: &refused}, false, "has none yet", refused},
	} {
		c.certificate.Hostname = hostname
		found := certificateFinding(c.certificate, now)
		require.Equal(t, c.ok, found.OK, c)
		require.Contains(t, found.Detail, c.detail)
		require.Contains(t, found.Advice, c.advice)
	}

	out := &bytes.Buffer{}
	require.NoError(t, printCertificates(out, []database.ListPlatformCertificatesRow{
		{Hostname: hostname, Source: "acme", State: "active", NotAfter: &soon, Problem: &refused}, {Hostname: "apps.example.com", Source: "acme", State: "ordering"},
	}))
	require.Contains(t, out.String(), "*.apps.example.com  acme    active    2026-01-22  Cloudflare refuses the token.")
	require.Contains(t, out.String(), "apps.example.com    acme    ordering  -")
}
