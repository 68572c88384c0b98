package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDomainsHTTPS_ChangesWhatItNames(t *testing.T) {
	t.Parallel()

	const domain = "01900000-0000-7000-8000-0000000000d0"

	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers["GET /v1/projects/"+projectID+"/domains"] = `{"items":[{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"active"}]}`
	f.answers["PATCH /v1/domains/"+domain] = `{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"active","https":"redirect","hsts_seconds":3600}`

	b := signedInTo(t, f)
	require.Equal(t, ExitUsage, b.run(t, "domains", "https", "a.example.org", "-p", "shop"))
	require.Equal(t, ExitOK, b.run(t, "domains", "https", "a.example.org", "-p", "shop", "--redirect"), b.err.String())
	require.Equal(t, ExitOK, b.run(t, "domains", "https", "a.example.org", "-p", "shop", "--hsts", "1h", "--redirect=false"), b.err.String())
	require.Contains(t, b.out.String(), "Visitors who come to a.example.org by http are sent on to https.\nBrowsers come by https alone for 1h0m0s.\n")
	require.JSONEq(t, `{"https":"redirect"}`, f.sent("PATCH /v1/domains/" + domain)[0])
	require.JSONEq(t, `{"https":"off","hsts_seconds":3600}`, f.sent("PATCH /v1/domains/" + domain)[1])
}

func TestDomainsCertificate_ShowsUploadsAndRemoves(t *testing.T) {
	t.Parallel()

	const domain = "01900000-0000-7000-8000-0000000000d0"

	row := `{"id":"` + domain + `","hostname":"a.example.org","kind":"custom","state":"active","certificate":
		{"source":"uploaded","state":"expiring","not_after":"2027-01-02T00:00:00Z","message":"Upload the next one."}}`
	f := platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", ""))
	f.answers["GET /v1/projects/"+projectID+"/domains"] = `{"items":[` + row + `]}`
	f.answers["PUT /v1/domains/"+domain+"/certificate"] = row
	f.answers["DELETE /v1/domains/"+domain+"/certificate"] = ""

	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "domains", "certificate", "a.example.org", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "a.example.org: expiring until 2027-01-02\nUpload the next one.\n")
	require.Equal(t, ExitOK, b.run(t, "domains", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "The certificate of a.example.org: Upload the next one.")

	folder := t.TempDir()
	chain, key := filepath.Join(folder, "chain.pem"), filepath.Join(folder, "key.pem")
	require.NoError(t, os.WriteFile(chain, []byte("the chain"), 0o600))
	require.NoError(t, os.WriteFile(key, []byte("the key"), 0o600))

	require.Equal(t, ExitOK, b.run(t, "domains", "certificate", "a.example.org", "-p", "shop", "--certificate", chain, "--key", key), b.err.String())
	require.JSONEq(t, `{"chain":"the chain","key":"the key"}`, f.sent("PUT /v1/domains/" + domain + "/certificate")[0])
	require.Equal(t, ExitUsage, b.run(t, "domains", "certificate", "a.example.org", "-p", "shop", "--certificate", chain))
	require.Equal(t, ExitUsage, b.run(t, "domains", "certificate", "a.example.org", "-p", "shop", "--certificate", chain, "--key", filepath.Join(folder, "none")))

	require.Equal(t, ExitOK, b.run(t, "domains", "certificate", "a.example.org", "-p", "shop", "--remove"), b.err.String())
	require.Len(t, f.sent("DELETE /v1/domains/"+domain+"/certificate"), 1)
}
