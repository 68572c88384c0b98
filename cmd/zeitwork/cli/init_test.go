package cli

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInit_MakesAProjectAndLinksIt_WithoutDeployingIt(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	f := platformWith(t)
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "init", filepath.Join(dir, "apps", "web"), "--name", "Shop", "--organisation", "acme", "--branch", "main"), b.err.String())
	require.JSONEq(t, fmt.Sprintf(`{"name":"Shop","repository_url":%q,"branch":"main","root_directory":"apps/web","organisation_id":%q}`,
		"file://"+dir, organisationID), f.sent("POST /v1/projects")[0])
	require.FileExists(t, filepath.Join(dir, "apps", "web", linkName))
	require.Empty(t, f.sent(createDeployment))

	require.Equal(t, ExitUsage, b.run(t, "init", filepath.Join(dir, "apps", "web")), "it has a project already")
	require.Contains(t, b.err.String(), linkName)
	require.Len(t, f.sent("POST /v1/projects"), 1)
}

func TestInit_DirectoryThatIsDeployedAlready_NeedsAName(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	f := platformWith(t, projectJSON("shop", "file://"+dir, "trunk", ""))
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "init", dir))
	require.Contains(t, b.err.String(), "zeitwork link shop")
	require.Equal(t, ExitOK, b.run(t, "init", dir, "--name", "trial"), b.err.String())
}

func TestInit_SeveralOrganisations_HasToBeToldWhich(t *testing.T) {
	t.Parallel()

	f := platformWith(t)
	f.answers["GET /v1/organisations"] = `{"items":[{"id":"` + organisationID + `","slug":"acme"},{"id":"` + projectID + `","slug":"other"}]}`
	b := signedInTo(t, f)

	require.Equal(t, ExitUsage, b.run(t, "init", gitRepository(t)))
	require.Contains(t, b.err.String(), "acme, other")
	require.Equal(t, ExitUsage, b.run(t, "init", gitRepository(t), "-o", "nobody"))
	require.Contains(t, b.err.String(), "acme, other")
	require.Equal(t, ExitOK, b.run(t, "init", gitRepository(t), "-o", "acme"), b.err.String())
}
