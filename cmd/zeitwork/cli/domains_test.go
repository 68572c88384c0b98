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
		f.answers["GET /v1/projects/"+projectID+"/domains"] = `{"items":[{"id":"` + domain + `","hostname":"xn--bcher-kva.example","kind":"custom"}]}`
		f.answers["DELETE /v1/domains/"+domain] = ""

		b := signedInTo(t, f)
		require.Equal(t, ExitOK, b.run(t, "domains", "remove", given, "-p", "shop"), "%s: %s", given, b.err.String())
		require.Len(t, f.sent("DELETE /v1/domains/"+domain), 1)
	}

	b := signedInTo(t, platformWith(t, projectJSON("shop", "https://git.example.com/acme/shop", "main", "")))
	require.Equal(t, ExitUsage, b.run(t, "domains", "remove", "other.example", "-p", "shop"))
}
