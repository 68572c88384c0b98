package cli

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	githubBase = "/v1/organisations/" + acmeID + "/github"
	account    = `{"id":"` + adaID + `","account":"acme","account_kind":"organization","state":"suspended","has_all":true,"permissions":{},"problem":"It is suspended."}`
)

// shopJSON is the repository acme/shop on GitHub.
func shopJSON() string {
	return fmt.Sprintf(`{"id":7,"full_name":"acme/shop","url":"https://github.com/acme/shop","default_branch":"trunk","private":true,"archived":true,"fork":false,"installation_id":%q,`+
		`"projects":[{"id":%q,"slug":"shop"}],"pushed_at":"2026-01-02T03:04:05Z"}`, adaID, adaID)
}

func TestGitHub_ListsConnectsAndDisconnectsAccounts(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET " + githubBase + "/installations":             `{"items":[` + account + `]}`,
		"POST " + githubBase + "/connections":              `{"url":"https://api.example.com/github/connect?organisation=x"}`,
		"DELETE " + githubBase + "/installations/" + adaID: "",
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "github"), b.err.String())
	require.Contains(t, b.out.String(), "acme")
	require.Contains(t, b.out.String(), "suspended")
	require.Contains(t, b.err.String(), "It is suspended.")

	require.Equal(t, ExitOK, b.run(t, "github", "connect", "acme"), b.err.String())
	require.Equal(t, "https://api.example.com/github/connect?organisation=x\n", b.out.String())
	require.JSONEq(t, `{"account":"acme"}`, f.sent("POST " + githubBase + "/connections")[0])

	require.Equal(t, ExitUsage, b.run(t, "github", "disconnect", "other"))
	require.Equal(t, ExitOK, b.run(t, "github", "disconnect", "ACME"), b.err.String())
	require.Len(t, f.sent("DELETE "+githubBase+"/installations/"+adaID), 1)
}

func TestGitHubRepositories_AreListedWithWhatCouldNotBe(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET " + githubBase + "/repositories": `{"items":[` + shopJSON() + `],` +
			`"unlisted":[{"installation_id":"` + adaID + `","account":"ben","problem":"It is suspended."}]}`,
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "github", "repositories", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "acme/shop")
	require.Contains(t, b.out.String(), "private, archived")
	require.Contains(t, b.err.String(), "The repositories of ben are not among them. It is suspended.")

	require.Equal(t, ExitOK, b.run(t, "github", "repos", "--json"), b.err.String())
	require.Contains(t, b.out.String(), `"full_name": "acme/shop"`)
}

func TestProjectsCreate_OfARepositoryOnGitHub_NamesItById(t *testing.T) {
	t.Parallel()

	f := newFakeAPI(t, acme(map[string]string{
		"GET " + githubBase + "/repositories": `{"items":[` + shopJSON() + `],"unlisted":[]}`,
		"POST /v1/projects":                   projectJSON("shop", "https://github.com/acme/shop.git", "trunk", ""),
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "projects", "create", "Shop", "--repository", "acme/shop"), b.err.String())
	require.JSONEq(t, `{"name":"Shop","organisation_id":"`+acmeID+`","github_repository_id":7}`, f.sent("POST /v1/projects")[0])

	require.Equal(t, ExitUsage, b.run(t, "projects", "create", "Shop", "--repository", "acme/other"))
	require.Contains(t, b.err.String(), "acme reaches no repository acme/other on GitHub")
}

func TestInit_OfACloneOfARepositoryThatTheOrganisationReaches_NamesItById(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	gitIn(t, dir, "remote", "add", "origin", "git@github.com:acme/shop.git")

	f := newFakeAPI(t, acme(map[string]string{
		"GET /v1/projects":                    `{"items":[]}`,
		"GET " + githubBase + "/repositories": `{"items":[` + shopJSON() + `],"unlisted":[]}`,
		"POST /v1/projects":                   projectJSON("shop", "https://github.com/acme/shop.git", "trunk", ""),
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "init", dir, "--branch", "main"), b.err.String())
	require.JSONEq(t, fmt.Sprintf(`{"name":%q,"organisation_id":%q,"github_repository_id":7,"branch":"main"}`, filepath.Base(dir), acmeID), f.sent("POST /v1/projects")[0])
}

func TestGitHubDetect_WaitsAndShowsWhatWasFound(t *testing.T) {
	t.Parallel()

	detection := func(state, more string) string {
		return `{"id":"` + adaID + `","organisation_id":"` + acmeID + `","state":"` + state + `","repository_url":"https://github.com/acme/shop.git","branch":"trunk",` +
			`"notes":[],"variables":[],"created_at":"2026-01-02T03:04:05Z","trigger":"x"` + more + `}`
	}
	f := newFakeAPI(t, acme(map[string]string{
		"GET " + githubBase + "/repositories": `{"items":[` + shopJSON() + `],"unlisted":[]}`,
		"POST /v1/detections":                 detection("queued", ""),
		"GET /v1/detections/" + adaID: detection("succeeded", `,"commit":"0123456789abcdef0123456789abcdef01234567","commit_message":"Serve\u001b[31m\n\nmore",
			"plan":{"framework":"node","reason":"There is a package.json.","versions":{"node":"22"},"port":3000,"dockerfile":"FROM node\n"},
			"variables":[{"name":"DATABASE_URL","example":"postgres://","comment":"Where the data is","file":".env.example"}]`),
	}))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "github", "detect", "acme/shop", "--root-directory", "apps/web"), b.err.String())
	require.JSONEq(t, `{"organisation_id":"`+acmeID+`","github_repository_id":7,"root_directory":"apps/web"}`, f.sent("POST /v1/detections")[0])

	for _, words := range []string{"node", "22", "3000", "FROM node", "DATABASE_URL", "Where the data is", "Serve"} {
		require.Contains(t, b.out.String(), words)
	}

	require.NotContains(t, b.out.String(), "\x1b")

	f.answers["GET /v1/detections/"+adaID] = detection("succeeded", `,"problem":"Nothing says how to build it."`)
	require.Equal(t, ExitApp, b.run(t, "github", "detect", "https://git.example.com/a.git"))
	require.Contains(t, b.err.String(), "Nothing says how to build it.")

	f.answers["GET /v1/detections/"+adaID] = detection("failed", `,"error":{"code":"not_found","detail":"There is no such branch."}`)
	require.Equal(t, ExitApp, b.run(t, "github", "detect", "acme/shop"))
	require.Contains(t, b.err.String(), "There is no such branch.")
}
