package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	auditUser = "01a2274c-9ea6-703e-b98d-1566fea9c6c6"
	auditNode = "01a2274c-9ea6-703e-b98d-1566fea9c6c7"
	auditPage = `{"items":[
		{"id":"01a2274c-9ea6-703e-b98d-1566fea9c6d1","created_at":"2026-11-29T10:00:00Z","action":"project.create","subject_type":"project",
			"subject_id":"01a2274c-9ea6-703e-b98d-1566fea9c6e1","actor":{"kind":"user","id":"` + auditUser + `"},"details":{"slug":"shop\u001b[2J"}},
		{"id":"01a2274c-9ea6-703e-b98d-1566fea9c6d2","created_at":"2026-11-29T09:00:00Z","action":"deployment.create","subject_type":"deployment",
			"subject_id":"01a2274c-9ea6-703e-b98d-1566fea9c6e2","actor":{"kind":"platform"},"details":{}},
		{"id":"01a2274c-9ea6-703e-b98d-1566fea9c6d3","created_at":"2026-11-29T08:00:00Z","action":"token.first_use","subject_type":"token",
			"subject_id":"01a2274c-9ea6-703e-b98d-1566fea9c6e3","actor":{"kind":"node","id":"` + auditNode + `"},"details":{}}]}`
)

func TestAudit_NamesWhoDidWhat(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET /v1/organisations/" + acmeID + "/members": `{"items":[{"role":"owner","created_at":"2026-11-01T00:00:00Z",
			"user":{"id":"` + auditUser + `","email":"ada@example.com","name":"Ada"}}]}`,
		"GET /v1/organisations/" + acmeID + "/audit-events": auditPage,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "audit", "--actor", "ada@example.com", "--since", "2026-11-29T00:00:00Z"), b.err.String())
	require.Contains(t, b.out.String(), "ada@example.com")
	require.Contains(t, b.out.String(), "project.create")
	require.Contains(t, b.out.String(), "platform")
	require.Contains(t, b.out.String(), "node "+auditNode)
	require.NotContains(t, b.out.String(), "\x1b")
}

func TestAudit_Everywhere_IsThePlatforms(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, map[string]string{
		"GET /v1/users":        `{"items":[{"id":"` + auditUser + `","email":"ada@example.com","name":"Ada","operator":true,"created_at":"2026-11-01T00:00:00Z"}]}`,
		"GET /v1/audit-events": auditPage,
	})
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "audit", "--everywhere"), b.err.String())
	require.Contains(t, b.out.String(), "ada@example.com")
}

func TestAudit_OfWhatCannotBeRead_IsAUsageError(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{"GET /v1/organisations/" + acmeID + "/members": `{"items":[]}`}))
	b := signedInTo(t, f)

	for _, arguments := range [][]string{
		{"--since", "yesterday"}, {"--until", "soon"}, {"--subject", "shop"}, {"--actor", "nobody@example.com"}, {"--everywhere", "--organisation", "acme"},
	} {
		require.Equal(t, ExitUsage, b.run(t, append([]string{"audit"}, arguments...)...), "%v: %s", arguments, b.err.String())
	}
}
