package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTokens_AreMadeAndRevokedByName(t *testing.T) {
	t.Parallel()

	const token = "01900000-0000-7000-8000-0000000000e0"

	f := newFakeAPI(t, map[string]string{
		"POST /v1/tokens":            `{"id":"` + token + `","name":"ci","secret":"zwu_fresh"}`,
		"GET /v1/tokens":             `{"items":[{"id":"` + token + `","name":"ci"},{"id":"` + pushID + `","name":"twice"},{"id":"` + rollbackID + `","name":"twice"}]}`,
		"DELETE /v1/tokens/" + token: "",
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "tokens", "create", "ci", "--expires-in-days", "90"), b.err.String())
	require.Equal(t, "zwu_fresh\n", b.out.String())
	require.JSONEq(t, `{"name":"ci","expires_in_days":90}`, f.sent("POST /v1/tokens")[0])

	require.Equal(t, ExitUsage, b.run(t, "tokens", "revoke", "twice"))
	require.Equal(t, ExitUsage, b.run(t, "tokens", "revoke", "none"))
	require.Equal(t, ExitOK, b.run(t, "tokens", "revoke", "ci"), b.err.String())
	require.Len(t, f.sent("DELETE /v1/tokens/"+token), 1)
}
