package fakegithub_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func path(id int64, pattern string) string { return fmt.Sprintf(pattern, id) }

func TestApp_WithoutAValidSignature_IsNobody(t *testing.T) {
	t.Parallel()

	b := setup(t)
	require.Equal(t, http.StatusOK, b.ask(t, "GET", "/api/v3/app", b.jwt(t, 10*time.Minute), "").status)

	for name, authorization := range map[string]string{
		"none":              "",
		"a token":           b.token(t, ""),
		"too long":          b.jwt(t, 11*time.Minute),
		"over":              b.jwt(t, -time.Second),
		"another signature": b.jwt(t, time.Minute) + "x",
	} {
		require.Equal(t, http.StatusUnauthorized, b.ask(t, "GET", "/api/v3/app", authorization, "").status, name)
	}
}

func TestAnswers_OfEveryOperation_AreAsGitHubDescribes(t *testing.T) {
	t.Parallel()

	b := setup(t)
	app, token, user := b.jwt(t, time.Minute), b.token(t, ""), "Bearer "+b.UserToken(b.App.ID, githubtest.Owner)
	b.Push(b.Repository, "feature", fakegithub.Commit{Message: "feature", Files: fakegithub.Text(map[string]string{"a/b": "c"})})
	b.OpenPull(b.Repository, fakegithub.Pull{Head: "feature"})
	b.Fork(b.Repository, githubtest.Developer)
	b.Suspend(b.Install(b.App.ID, githubtest.Stranger))

	deployment := b.ask(t, "POST", "/api/v3/repos/acme/shop/deployments", token, `{"ref":"main","payload":{"key":"x"},"required_contexts":[]}`)
	require.Equal(t, http.StatusCreated, deployment.status, deployment.body)
	comment := b.ask(t, "POST", "/api/v3/repos/acme/shop/issues/1/comments", token, `{"body":"hello"}`)
	require.Equal(t, http.StatusCreated, comment.status, comment.body)

	deploymentID, commentID := int64(deployment.field(t, "id").(float64)), int64(comment.field(t, "id").(float64))

	for _, asked := range []struct {
		method, path, who, body string
		status                  int
	}{
		{"GET", "/app", app, "", 200},
		{"GET", "/app/installations", app, "", 200},
		{"GET", path(b.Installation, "/app/installations/%d"), app, "", 200},
		{"POST", path(b.Installation, "/app/installations/%d/access_tokens"), app, `{"repositories":["shop"],"permissions":{"contents":"read"}}`, 201},
		{"POST", path(b.Installation, "/app/installations/%d/access_tokens"), app, `{"repositories":["none"]}`, 422},
		{"GET", "/repos/acme/shop/installation", app, "", 200},
		{"GET", "/installation/repositories?per_page=1", token, "", 200},
		{"GET", "/rate_limit", token, "", 200},
		{"GET", "/user", user, "", 200},
		{"GET", "/user/emails", user, "", 200},
		{"GET", "/user/installations", user, "", 200},
		{"GET", path(b.Installation, "/user/installations/%d/repositories"), user, "", 200},
		{"GET", "/user/memberships/orgs/acme", user, "", 200},
		{"GET", "/users/ben", user, "", 200},
		{"GET", "/search/repositories?q=shop+fork:true", user, "", 200},
		{"GET", "/search/repositories?q=", user, "", 422},
		{"GET", "/repos/acme/shop", token, "", 200},
		{"GET", path(b.Repository, "/repositories/%d"), token, "", 200},
		{"GET", "/repos/ACME/Shop/branches", token, "", 200},
		{"GET", "/repos/acme/shop/branches/feature", token, "", 200},
		{"GET", "/repos/acme/shop/branches/none", token, "", 404},
		{"GET", "/repos/acme/shop/git/ref/heads/feature", token, "", 200},
		{"GET", "/repos/acme/shop/git/ref/heads/feat", token, "", 404},
		{"GET", "/repos/acme/shop/git/matching-refs/heads/feat", token, "", 200},
		{"GET", "/repos/acme/shop/commits", token, "", 200},
		{"GET", "/repos/acme/shop/commits/heads%2Ffeature", token, "", 200},
		{"GET", "/repos/acme/shop/commits/none", token, "", 422},
		{"GET", "/repos/acme/shop/compare/main...feature", token, "", 200},
		{"GET", "/repos/acme/shop/contents/a/b?ref=feature", token, "", 200},
		{"GET", "/repos/acme/shop/contents/?ref=feature", token, "", 200},
		{"GET", "/repos/acme/shop/pulls?state=all&sort=updated", token, "", 200},
		{"GET", "/repos/acme/shop/pulls/1", token, "", 200},
		{"GET", "/repos/acme/shop/pulls/2", token, "", 404},
		{"GET", "/repos/acme/shop/deployments?ref=main", token, "", 200},
		{"POST", "/repos/acme/shop/deployments", token, `{"ref":"none"}`, 422},
		{"GET", path(deploymentID, "/repos/acme/shop/deployments/%d"), token, "", 200},
		{"POST", path(deploymentID, "/repos/acme/shop/deployments/%d/statuses"), token, `{"state":"success","environment_url":"https://a.example"}`, 201},
		{"POST", path(deploymentID, "/repos/acme/shop/deployments/%d/statuses"), token, `{"state":"great"}`, 422},
		{"GET", path(deploymentID, "/repos/acme/shop/deployments/%d/statuses"), token, "", 200},
		{"POST", "/repos/acme/shop/statuses/" + b.Commit, token, `{"state":"success"}`, 201},
		{"POST", "/repos/acme/shop/statuses/" + b.Commit, token, `{"state":"success","target_url":"javascript:alert(1)"}`, 422},
		{"POST", "/repos/acme/shop/statuses/" + b.Commit, token, `{"state":"pending","context":"ci"}`, 201},
		{"POST", "/repos/acme/shop/deployments", token, `{"ref":"main"}`, 409},
		{"POST", "/repos/acme/shop/deployments", token, `{"ref":`, 400},
		{"GET", "/repos/acme/shop/issues/1/comments", token, "", 200},
		{"GET", path(commentID, "/repos/acme/shop/issues/comments/%d"), token, "", 200},
		{"PATCH", path(commentID, "/repos/acme/shop/issues/comments/%d"), token, `{"body":"edited"}`, 200},
		{"PATCH", path(commentID, "/repos/acme/shop/issues/comments/%d"), user, `{"body":"not mine"}`, 403},
		{"DELETE", path(commentID, "/repos/acme/shop/issues/comments/%d"), token, "", 204},
		{"DELETE", "/installation/token", token, "", 204},
		{"GET", "/repos/acme/shop", token, "", 401},
		{"GET", "/repos/acme/shop", "", "", 404},
		{"DELETE", path(b.Installation, "/app/installations/%d"), app, "", 204},
		{"GET", path(b.Installation, "/app/installations/%d"), app, "", 404},
		{"GET", "/nothing", app, "", 404},
	} {
		got := b.ask(t, asked.method, "/api/v3"+asked.path, asked.who, asked.body)
		require.Equal(t, asked.status, got.status, "%s %s: %s", asked.method, asked.path, got.body)
	}
}

func TestRepository_RenamedOrTransferred_RedirectsUntilTheNameIsTaken(t *testing.T) {
	t.Parallel()

	b := setup(t)
	token := b.token(t, "")
	b.RenameRepository(b.Repository, "store")

	moved := b.ask(t, "GET", "/api/v3/repos/acme/shop/commits/main?x=y", token, "")
	require.Equal(t, http.StatusMovedPermanently, moved.status)
	require.Equal(t, fmt.Sprintf("%s/repositories/%d/commits/main?x=y", b.APIURL, b.Repository), moved.header.Get("Location"))

	moved = b.ask(t, "POST", "/api/v3/repos/acme/shop/statuses/"+b.Commit, token, "{}")
	require.Equal(t, http.StatusTemporaryRedirect, moved.status)

	b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "shop", Private: true})
	taken := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "")
	require.Equal(t, http.StatusOK, taken.status)
	require.NotEqual(t, float64(b.Repository), taken.field(t, "id"))

	b.TransferRepository(b.Repository, githubtest.Stranger)
	require.Equal(t, "eve/store", b.FullName(b.Repository))
	require.Equal(t, http.StatusNotFound, b.ask(t, "GET", "/api/v3/repos/acme/store", token, "").status, "who does not see it is not told where it is")
}

func TestList_NamesItsOtherPages(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for n := range 4 {
		b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("r%d", n)})
	}

	second := b.ask(t, "GET", "/api/v3/installation/repositories?per_page=2&page=2", b.token(t, ""), "")
	links := b.APIURL + "/installation/repositories?page=%d&per_page=2"
	require.Equal(t, fmt.Sprintf(`<`+links+`>; rel="prev", <`+links+`>; rel="first", <`+links+`>; rel="next", <`+links+`>; rel="last"`, 1, 1, 3, 3), second.header.Get("Link"))
	require.InDelta(t, 5, second.field(t, "total_count"), 0)
	require.Len(t, second.field(t, "repositories"), 2)
}

func TestAnswer_ThatHasNotChanged_Is304AndCostsNothing(t *testing.T) {
	t.Parallel()

	b := setup(t)
	token := b.token(t, "")

	first := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "")
	again := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "", "If-None-Match", first.header.Get("Etag"))
	require.Equal(t, http.StatusNotModified, again.status)
	require.Empty(t, again.body)
	require.Equal(t, first.header.Get("X-Ratelimit-Remaining"), again.header.Get("X-Ratelimit-Remaining"))

	b.ArchiveRepository(b.Repository, true)
	require.Equal(t, http.StatusOK, b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "", "If-None-Match", first.header.Get("Etag")).status)

	// The hash of a commit is asked for in both ways that clients have.
	for _, accept := range []string{"application/vnd.github.sha", "application/vnd.github.v3.sha"} {
		hash := b.ask(t, "GET", "/api/v3/repos/acme/shop/commits/main", token, "", "Accept", accept)
		require.Equal(t, b.Commit, hash.body)
		hash = b.ask(t, "GET", "/api/v3/repos/acme/shop/commits/main", token, "", "Accept", accept, "If-None-Match", `"`+b.Commit+`"`)
		require.Equal(t, http.StatusNotModified, hash.status)
	}

	// An anonymous one counts all the same.
	b.SetPrivate(b.Repository, false)
	first = b.ask(t, "GET", "/api/v3/repos/acme/shop", "", "")
	again = b.ask(t, "GET", "/api/v3/repos/acme/shop", "", "", "If-None-Match", first.header.Get("Etag"))
	require.Equal(t, http.StatusNotModified, again.status)
	require.NotEqual(t, first.header.Get("X-Ratelimit-Remaining"), again.header.Get("X-Ratelimit-Remaining"))
}
