package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// renamed are the answers of a platform on which an organisation was called "before" until it became acme.
func renamed(more map[string]string) map[string]string {
	answers := acme(more)
	answers["GET /v1/organisations?slug=before"] = answers["GET /v1/organisations"]

	return answers
}

func TestRenameOrganisation_SendsWhatIsGiven(t *testing.T) {
	t.Parallel()

	const one = "/v1/organisations/" + acmeID

	f := newFakeAPI(t, renamed(map[string]string{
		"PATCH " + one: `{"id":"` + acmeID + `","slug":"acme-inc","name":"Acme Inc.","role":"owner","created_at":"2026-01-02T03:04:05Z"}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "organisations", "rename", "acme"))
	require.Contains(t, b.err.String(), "give --name or --slug")
	require.Equal(t, ExitUsage, b.run(t, "organisations", "rename", "nobody", "--name", "x"))
	require.Empty(t, f.sent("PATCH "+one))

	require.Equal(t, ExitOK, b.run(t, "organisations", "rename", "acme", "--slug", "acme-inc"), b.err.String())
	require.Equal(t, "acme is Acme Inc. (acme-inc) now. The hostnames of its projects stay as they are.\n", b.out.String())
	require.Equal(t, ExitOK, b.run(t, "organisations", "rename", "before", "--name", "Acme Inc."), b.err.String())

	sent := f.sent("PATCH " + one)
	require.JSONEq(t, `{"slug":"acme-inc"}`, sent[0])
	require.JSONEq(t, `{"name":"Acme Inc."}`, sent[1])
}

func TestOrganisations_BySlugBefore_AreFoundAndNotDeleted(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, renamed(map[string]string{"DELETE /v1/organisations/" + acmeID: ""}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "members", "--organisation", "before"), b.err.String())
	require.Contains(t, b.out.String(), "ada@example.com")

	require.Equal(t, ExitUsage, b.run(t, "organisations", "delete", "before", "--yes"))
	require.Contains(t, b.err.String(), "zeitwork organisations delete acme")
	require.Empty(t, f.sent("DELETE /v1/organisations/"+acmeID))

	require.Equal(t, ExitOK, b.run(t, "organisations", "delete", "acme", "--yes"), b.err.String())
	require.Len(t, f.sent("DELETE /v1/organisations/"+acmeID), 1)
}

func TestOrganisations_SeveralHadTheSlug_AreNamedAndNoneIsChosen(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET /v1/organisations?slug=before":          `{"items":[{"id":"` + adaID + `","slug":"newer","name":"Newer"}],"next_cursor":"x"}`,
		"GET /v1/organisations?cursor=x&slug=before": `{"items":[{"id":"` + acmeID + `","slug":"acme","name":"Acme"}]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "members", "--organisation", "before"))
	require.Contains(t, b.err.String(), `several of your organisations had the slug "before" until they were renamed: say which of newer, acme is meant`)

	require.Equal(t, ExitUsage, b.run(t, "organisations", "rename", "before", "--name", "x"))
	require.Empty(t, f.sent("PATCH /v1/organisations/"+adaID))
}

func TestDeploy_LinkNamesTheOrganisationAsItWasCalled_Deploys(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, linkName), []byte(`{"project":"shop","organisation":"before"}`), 0o600))

	const newer = `{"id":"` + adaID + `","slug":"newer"}`

	f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", ""))
	b := signedInTo(t, f)

	// The newest one that had the slug need not be the project's.
	f.answers["GET /v1/organisations?slug=before"] = `{"items":[` + newer + `,{"id":"` + organisationID + `","slug":"acme"}]}`
	require.Equal(t, ExitOK, b.run(t, "deploy", dir, "-d"), b.err.String())
	require.Len(t, f.sent(createDeployment), 1)

	f.answers["GET /v1/organisations?slug=before"] = `{"items":[` + newer + `]}`
	require.Equal(t, ExitUsage, b.run(t, "deploy", dir, "-d"))
	require.Len(t, f.sent(createDeployment), 1)
}
