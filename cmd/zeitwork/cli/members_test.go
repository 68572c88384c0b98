package cli

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	acmeID = "01900000-0000-7000-8000-0000000000a1"
	adaID  = "01900000-0000-7000-8000-0000000000a2"
)

// acme are the answers of a platform with one organisation, of which ada is a member.
func acme(more map[string]string) map[string]string {
	answers := map[string]string{
		"GET /v1/organisations": `{"items":[{"id":"` + acmeID + `","slug":"acme","name":"Acme","role":"owner","created_at":"2026-01-02T03:04:05Z"}]}`,
		"GET /v1/organisations/" + acmeID + "/members": `{"items":[{"user":{"id":"` + adaID + `","email":"ada@example.com","name":"Ada","github_login":"ada"},` +
			`"role":"viewer","created_at":"2026-01-02T03:04:05Z"}]}`,
	}

	maps.Copy(answers, more)

	return answers
}

func TestMembers_AreNamedByAddressOrLogin(t *testing.T) {
	t.Parallel()

	const member = "/v1/organisations/" + acmeID + "/members/" + adaID

	f := newFakeAPI(t, acme(map[string]string{
		"PATCH " + member:  `{"user":{"id":"` + adaID + `","email":"ada@example.com","name":"Ada"},"role":"developer","created_at":"2026-01-02T03:04:05Z"}`,
		"DELETE " + member: "",
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "members"), b.err.String())
	require.Contains(t, b.out.String(), "ada@example.com")

	require.Equal(t, ExitOK, b.run(t, "members", "role", "Ada@example.com", "developer"), b.err.String())
	require.Equal(t, "ada@example.com is developer of acme.\n", b.out.String())
	require.JSONEq(t, `{"role":"developer"}`, f.sent("PATCH " + member)[0])

	require.Equal(t, ExitUsage, b.run(t, "members", "remove", "nobody@example.com"))
	require.Equal(t, ExitOK, b.run(t, "members", "remove", "ada"), b.err.String())
	require.Len(t, f.sent("DELETE "+member), 1)
}

func TestInvitations_AreForAnAddressOrALogin(t *testing.T) {
	t.Parallel()

	const invitations = "/v1/organisations/" + acmeID + "/invitations"

	invitation := `{"id":"` + adaID + `","organisation_id":"` + acmeID + `","organisation_slug":"acme","organisation_name":"Acme","role":"developer","email":"grace@example.com",` +
		`"created_at":"2026-01-02T03:04:05Z","expires_at":"2026-01-09T03:04:05Z"}`
	f := newFakeAPI(t, acme(map[string]string{
		"POST " + invitations:                       invitation,
		"GET " + invitations:                        `{"items":[` + invitation + `]}`,
		"DELETE " + invitations + "/" + adaID:       "",
		"GET /v1/invitations":                       `{"items":[` + invitation + `]}`,
		"POST /v1/invitations/" + adaID + "/accept": `{"id":"` + acmeID + `","slug":"acme","role":"developer","name":"Acme","created_at":"2026-01-02T03:04:05Z"}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "invitations", "create", "grace@example.com"), b.err.String())
	require.Equal(t, ExitOK, b.run(t, "invitations", "create", "grace", "--role", "viewer", "--expires-in-days", "1"), b.err.String())

	sent := f.sent("POST " + invitations)
	require.JSONEq(t, `{"email":"grace@example.com","role":"developer","expires_in_days":7}`, sent[0])
	require.JSONEq(t, `{"github_login":"grace","role":"viewer","expires_in_days":1}`, sent[1])

	require.Equal(t, ExitOK, b.run(t, "invitations", "revoke", "grace@example.com"), b.err.String())
	require.Len(t, f.sent("DELETE "+invitations+"/"+adaID), 1)

	require.Equal(t, ExitUsage, b.run(t, "invitations", "accept", "other"))
	require.Equal(t, ExitOK, b.run(t, "invitations", "accept", "acme"), b.err.String())
}
