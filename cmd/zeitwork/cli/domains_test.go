package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDomainsRemove_FindsAHostnameAsThePlatformKeepsIt(t *testing.T) {
	t.Parallel()

	const domain = "01900000-0000-7000-8000-0000000000d0"

	for _, given := range []string{"bücher.example", "BÜCHER.example.", "xn--bcher-kva.example"} {
		f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
		f.answers["GET /v1/projects/"+projectID+"/domains"] = `{"items":[{"id":"` + domain + `","hostname":"xn--bcher-kva.example","kind":"custom","state":"active"}]}`
		f.answers["DELETE /v1/domains/"+domain] = ""

		b := signedInTo(t, f)
		require.Equal(t, ExitOK, b.run(t, "domains", "remove", given, "-p", "shop"), "%s: %s", given, b.err.String())
		require.Len(t, f.sent("DELETE /v1/domains/"+domain), 1)
	}

	b := signedInTo(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")))
	require.Equal(t, ExitUsage, b.run(t, "domains", "remove", "other.example", "-p", "shop"))
}

func TestDomainsAdd_ShowsTheRecordsToMake(t *testing.T) {
	t.Parallel()

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers["POST /v1/projects/"+projectID+"/domains"] = `{"id":"` + projectID + `","hostname":"*.example.org","kind":"custom","state":"claimed","records":[
		{"type":"TXT","name":"_zeitwork.example.org","value":"zeitwork-verify=abc","proof":true},
		{"type":"CNAME","name":"*.example.org","value":"domain-abc.apps.example.com","proof":true}]}`

	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "domains", "add", "*.example.org", "-p", "shop", "--redirect-to", "example.org"), b.err.String())
	require.Contains(t, b.out.String(), "TXT    _zeitwork.example.org  zeitwork-verify=abc          proof\n")
	require.Contains(t, b.out.String(), "CNAME  *.example.org          domain-abc.apps.example.com  proof and visitors\n")
	require.Contains(t, b.out.String(), "zeitwork domains check '*.example.org'")
	require.Contains(t, f.sent("POST /v1/projects/" + projectID + "/domains")[0], `"redirect_to":"example.org"`)
}

func TestDomainsCheck_ShowsWhatStandsThere_AndFailsWithoutAProof(t *testing.T) {
	t.Parallel()

	const domain = "01900000-0000-7000-8000-0000000000d0"

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers["GET /v1/projects/"+projectID+"/domains"] = `{"items":[{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"claimed"}]}`
	f.answers["POST /v1/domains/"+domain+"/check"] = `{"domain":{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"claimed","message":"Not yet."},
		"records":[{"type":"TXT","name":"_zeitwork.a.example.org","value":"zeitwork-verify=abc","proof":true,"answered":true,"found":["x\u001b[2J","y"],"ok":false}]}`

	b := signedInTo(t, f)
	require.Equal(t, ExitFailure, b.run(t, "domains", "check", "a.example.org", "-p", "shop"))
	require.Contains(t, b.err.String(), "a.example.org is not proven yet")
	require.Contains(t, b.out.String(), "Not yet.")
	require.Contains(t, b.out.String(), "zeitwork-verify=abc  proof  no")
	require.NotContains(t, b.out.String(), "\x1b", "the DNS cannot write to the terminal")
	require.Regexp(t, `no +x.*, y`, b.out.String())

	f.answers["POST /v1/domains/"+domain+"/check"] = `{"domain":{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"claimed"},
		"records":[{"type":"TXT","name":"_zeitwork.a.example.org","value":"zeitwork-verify=abc","proof":true,"answered":false,"found":[],"ok":false}]}`

	require.Equal(t, ExitFailure, b.run(t, "domains", "check", "a.example.org", "-p", "shop"))
	require.Contains(t, b.out.String(), "no answer")

	f.answers["POST /v1/domains/"+domain+"/check"] = `{"domain":{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"active"},"records":[]}`
	require.Equal(t, ExitOK, b.run(t, "domains", "check", "a.example.org", "-p", "shop"), b.err.String())

	f.answers["PATCH /v1/domains/"+domain] = `{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"active","redirect_to":"b.example.org"}`
	require.Equal(t, ExitOK, b.run(t, "domains", "redirect", "a.example.org", "b.example.org", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "sent on to b.example.org")
}
