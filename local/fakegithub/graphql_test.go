package fakegithub_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func (b *testBundle) query(t *testing.T, token, text string, variables map[string]any) answer {
	t.Helper()

	body, err := json.Marshal(map[string]any{"query": text, "variables": variables})
	require.NoError(t, err)

	return b.ask(t, "POST", "/api/graphql", token, string(body))
}

func TestGraphQL_CostsWhatGitHubDocuments(t *testing.T) {
	t.Parallel()

	b := setup(t)
	token := b.token(t, "")

	for text, cost := range map[string]int{
		`{ rateLimit { cost } }`: 1,
		`{ rateLimit { cost } repositoryOwner(login: "acme") { repositories(first: 100) { nodes { id } } } }`: 1,
		// One request for the repositories, and one for the refs of each of the hundred: 101 requests.
		`{ rateLimit { cost } repositoryOwner(login: "acme") { repositories(first: 100) { nodes { refs(refPrefix: "refs/heads/", first: 100) { totalCount } } } } }`: 1,
		// Three connections for each of the hundred.
		`{ rateLimit { cost } repositoryOwner(login: "acme") { repositories(first: 100) { nodes {
			a: refs(refPrefix: "refs/heads/", first: 10) { totalCount } b: refs(refPrefix: "refs/heads/", first: 10) { totalCount }
			c: refs(refPrefix: "refs/heads/", first: 10) { totalCount } } } } }`: 3,
	} {
		answered := b.query(t, token, text, nil)
		require.Equal(t, 200, answered.status)
		require.InDelta(t, cost, answered.field(t, "data").(map[string]any)["rateLimit"].(map[string]any)["cost"], 0, text)
	}
}

func TestGraphQL_QueryThatGitHubDoesNotTake_IsRefusedWithStatus200(t *testing.T) {
	t.Parallel()

	b := setup(t)
	token := b.token(t, "")
	ids := make([]string, 101)

	for n := range ids {
		ids[n] = fmt.Sprintf("R_%d", n)
	}

	for text, message := range map[string]string{
		`{ nothing }`: `Cannot query field "nothing" on type "Query"`,
		`{`:           "Expected Name",
		`{ repositoryOwner(login: "acme") { repositories { totalCount } } }`:             "You must provide a `first` or `last` value",
		`{ repositoryOwner(login: "acme") { repositories(first: 101) { totalCount } } }`: "exceeds the `first` limit of 100 records",
		`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`:                                "You may not provide more than 100 node ids; you provided 101.",
		`query($other: ID!) { node(id: $other) { id } }`:                                 "must be defined",
	} {
		answered := b.query(t, token, text, map[string]any{"ids": ids})
		require.Equal(t, 200, answered.status)
		require.Contains(t, answered.body, `"errors":[{`)
		require.Contains(t, fmt.Sprint(answered.field(t, "errors")), message, text)
	}

	require.Equal(t, 401, b.query(t, "", `{ viewer { login } }`, nil).status)
}

func TestGraphQL_AnswersInPartWhereItMust(t *testing.T) {
	t.Parallel()

	b := setup(t)
	secret := b.AddRepository(fakegithub.Repository{Owner: githubtest.Stranger, Name: "secret", Private: true})
	user := "Bearer " + b.UserToken(b.App.ID, githubtest.Developer)

	found := b.query(t, user, `query($shop: String!) {
		shop: repository(owner: "acme", name: $shop) { ...all owner { __typename login } defaultBranchRef { name target { ... on Commit { messageHeadline } } } }
		secret: repository(owner: "eve", name: "secret") { ...all }
		viewer { login }
	} fragment all on Repository { nameWithOwner isPrivate }`, map[string]any{"shop": "shop"})
	require.Equal(t, 200, found.status)
	require.JSONEq(t, `{
		"data": {
			"shop": {"nameWithOwner": "acme/shop", "isPrivate": true, "owner": {"__typename": "Organization", "login": "acme"},
				"defaultBranchRef": {"name": "main", "target": {"messageHeadline": "first"}}},
			"secret": null,
			"viewer": {"login": "ben"}
		},
		"errors": [{"type": "NOT_FOUND", "path": ["secret"], "message": "Could not resolve to a Repository with the name 'eve/secret'."}]
	}`, found.body)
	require.NotZero(t, secret)
}

func TestGraphQL_PagesThroughAConnection(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for n := range 4 {
		b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("r%d", n)})
	}

	text := `query($after: String) { repositoryOwner(login: "acme") { repositories(first: 2, after: $after, orderBy: {field: NAME, direction: ASC}) {
		nodes { name } pageInfo { hasNextPage endCursor } } } }`
	names, after := make([]string, 0, 5), ""

	for range 3 {
		variables := map[string]any{}
		if after != "" {
			variables["after"] = after
		}

		answered := b.query(t, b.token(t, ""), text, variables)
		page := struct {
			Data struct {
				RepositoryOwner struct {
					Repositories struct {
						Nodes []struct {
							Name string `json:"name"`
						} `json:"nodes"`
						PageInfo struct {
							HasNextPage bool   `json:"hasNextPage"`
							EndCursor   string `json:"endCursor"`
						} `json:"pageInfo"`
					} `json:"repositories"`
				} `json:"repositoryOwner"`
			} `json:"data"`
		}{}
		require.NoError(t, json.Unmarshal([]byte(answered.body), &page), answered.body)

		found := page.Data.RepositoryOwner.Repositories
		for _, node := range found.Nodes {
			names = append(names, node.Name)
		}

		require.Equal(t, len(names) < 5, found.PageInfo.HasNextPage)
		after = found.PageInfo.EndCursor
	}

	require.Equal(t, []string{"r0", "r1", "r2", "r3", "shop"}, names)
}
