package fakegithub_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

// post sends a form to a page, as the page itself does.
func (b *testBundle) post(t *testing.T, path string, form url.Values) answer {
	t.Helper()

	return b.ask(t, http.MethodPost, path, "", form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

func TestRepositoryPage_CommitPullAndMerge_NeedNoGit(t *testing.T) {
	t.Parallel()

	b := setup(t)
	as := func(fields ...string) url.Values {
		form := url.Values{"login": {githubtest.Developer}}
		for n := 0; n < len(fields); n += 2 {
			form.Set(fields[n], fields[n+1])
		}

		return form
	}

	made := b.post(t, "/acme/shop/commits", as("branch", "feature", "path", "index.html", "content", "<p>one</p>\r\n", "message", "Say <b>one</b>"))
	require.Equal(t, http.StatusSeeOther, made.status, made.body)
	require.Equal(t, b.URL+"/acme/shop", made.header.Get("Location"))

	token := b.token(t, `{}`)
	file := b.ask(t, http.MethodGet, "/api/v3/repos/acme/shop/contents/index.html?ref=feature", token, "")
	require.Equal(t, base64.StdEncoding.EncodeToString([]byte("<p>one</p>\n")), strings.TrimSpace(file.field(t, "content").(string)))

	made = b.post(t, "/acme/shop/pulls", as("head", "feature", "title", "One"))
	require.Equal(t, http.StatusSeeOther, made.status, made.body)
	b.Comment(b.Repository, 1, githubtest.Developer, "It is on https://one.example.com")

	page := b.ask(t, http.MethodGet, "/acme/shop", "", "")
	for _, shown := range []string{"#1 One", "Say &lt;b&gt;one&lt;/b&gt;", "https://one.example.com", "ada:any@"} {
		require.Contains(t, page.body, shown)
	}

	require.Equal(t, http.StatusSeeOther, b.post(t, "/acme/shop/pull/1/merge", as()).status)
	require.Equal(t, http.StatusNotFound, b.post(t, "/acme/shop/pull/1/close", as()).status, "it is merged")

	file = b.ask(t, http.MethodGet, "/api/v3/repos/acme/shop/contents/index.html", token, "")
	require.Equal(t, base64.StdEncoding.EncodeToString([]byte("<p>one</p>\n")), strings.TrimSpace(file.field(t, "content").(string)))
}

func TestRepositoryPage_WhatCannotBeDone_IsSaid(t *testing.T) {
	t.Parallel()

	b := setup(t)
	archived := b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: "old"})
	b.ArchiveRepository(archived, true)

	commit := url.Values{"login": {githubtest.Developer}, "branch": {"main"}, "path": {"a"}}

	for name, refused := range map[string]answer{
		"no such repository":  b.ask(t, http.MethodGet, "/acme/none", "", ""),
		"a stranger":          b.post(t, "/acme/shop/commits", url.Values{"login": {githubtest.Stranger}, "branch": {"main"}, "path": {"a"}}),
		"an archived one":     b.post(t, "/acme/old/commits", commit),
		"no path":             b.post(t, "/acme/shop/commits", url.Values{"login": {githubtest.Developer}, "branch": {"main"}}),
		"no such branch":      b.post(t, "/acme/shop/pulls", url.Values{"login": {githubtest.Developer}, "head": {"none"}}),
		"the default branch":  b.post(t, "/acme/shop/pulls", url.Values{"login": {githubtest.Developer}, "head": {"main"}}),
		"no such pull":        b.post(t, "/acme/shop/pull/7/merge", url.Values{}),
		"a number that is no": b.post(t, "/acme/shop/pull/x/merge", url.Values{}),
	} {
		require.GreaterOrEqual(t, refused.status, http.StatusBadRequest, name)
		require.Contains(t, refused.body, "That did not work", name)
	}

	require.Equal(t, b.Commit, b.Head(b.Repository, "main"))
}
