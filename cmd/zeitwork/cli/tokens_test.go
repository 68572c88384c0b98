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

func TestTokens_ThatWereRotated_AreNamedByTheirNewOne(t *testing.T) {
	t.Parallel()

	const fresh, old = "01900000-0000-7000-8000-0000000000e2", "01900000-0000-7000-8000-0000000000e1"

	f := newFakeAPI(t, map[string]string{
		"GET /v1/tokens":                       `{"items":[{"id":"` + fresh + `","name":"ci"},{"id":"` + old + `","name":"ci","parent_id":"` + fresh + `"}]}`,
		"POST /v1/tokens/" + fresh + "/rotate": `{"id":"` + old + `","name":"ci","secret":"zwu_fresh"}`,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "tokens", "rotate", "ci", "--keep-old-minutes", "5"), b.err.String())
	require.Equal(t, "zwu_fresh\n", b.out.String())
	require.JSONEq(t, `{"keep_old_minutes":5}`, f.sent("POST /v1/tokens/" + fresh + "/rotate")[0])
}

func TestTokens_OfAnOrganisation_HaveARoleThere(t *testing.T) {
	t.Parallel()

	const token = "01900000-0000-7000-8000-0000000000e0"

	f := newFakeAPI(t, acme(map[string]string{
		"POST /v1/tokens": `{"id":"` + token + `","name":"ci","secret":"zwo_fresh"}`,
		"GET /v1/organisations/" + acmeID + "/tokens": `{"items":[{"id":"` + token + `","name":"ci","role":"viewer","created_at":"2026-01-02T03:04:05Z",` +
			`"made_by":{"id":"` + adaID + `","email":"ada@example.com","name":"Ada"}}]}`,
		"DELETE /v1/organisations/" + acmeID + "/tokens/" + token: "",
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "tokens", "create", "ci", "--organisation", "acme", "--role", "viewer"), b.err.String())
	require.JSONEq(t, `{"name":"ci","organisation_id":"`+acmeID+`","role":"viewer"}`, f.sent("POST /v1/tokens")[0])

	require.Equal(t, ExitOK, b.run(t, "tokens", "list", "--organisation", "acme"), b.err.String())
	require.Contains(t, b.out.String(), "ada@example.com")

	require.Equal(t, ExitOK, b.run(t, "tokens", "revoke", "ci", "--organisation", "acme"), b.err.String())
	require.Len(t, f.sent("DELETE /v1/organisations/"+acmeID+"/tokens/"+token), 1)
}
