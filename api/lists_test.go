package api

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestProjectsAndOrganisations_OfOneNameAtOnce_EachGetASlug(t *testing.T) {
	t.Parallel()

	const count = 8

	b := setup(t)
	slugs := make(chan string, 2*count)

	var wait sync.WaitGroup

	for range count {
		wait.Go(func() {
			project, err := b.owner.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
				Name: "shop", RepositoryURL: "https://git.example.com/me/shop.git", OrganisationID: new(b.organisation(t)),
			})
			if err == nil && project.JSON201 != nil {
				slugs <- "project " + project.JSON201.Slug
			}
		})
		wait.Go(func() {
			organisation, err := b.owner.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "shop"})
			if err == nil && organisation.JSON201 != nil {
				slugs <- "organisation " + organisation.JSON201.Slug
			}
		})
	}

	wait.Wait()
	close(slugs)

	var made []string
	for slug := range slugs {
		made = append(made, slug)
	}

	require.Len(t, lo.Uniq(made), 2*count)

	chosen, err := b.owner.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "x", Slug: new("shop")})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, chosen.StatusCode(), "a slug that was asked for is not changed")
}

func TestDeployments_AreFiltered(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	commit := strings.Repeat("ab", 20)

	made := make([]uuid.UUID, 0, 4)

	for i, state := range []string{"retired", "live", "failed", "cancelled"} {
		answer, err := b.owner.CreateDeploymentWithResponse(t.Context(), project.ID, nil, client.CreateDeploymentInputBody{
			Branch: new(fmt.Sprintf("branch-%d", i)), Preview: new(true), Commit: new(lo.Ternary(i == 0, commit, strings.Repeat("cd", 32))),
		})
		require.NoError(t, err)
		require.NotNil(t, answer.JSON201, "%s", answer.Body)

		b.end(t, answer.JSON201.ID, state)
		made = append(made, answer.JSON201.ID)
	}

	list := func(query string) []uuid.UUID {
		answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.ID.String()+"/deployments?"+query, "", nil)
		require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

		page := client.PageDeployment{}
		require.NoError(t, fromJSON(answer.text, &page))

		return lo.Map(page.Items, func(d client.Deployment, _ int) uuid.UUID { return d.ID })
	}

	require.Equal(t, []uuid.UUID{made[1], made[0]}, list("state=retired,live"))
	require.Equal(t, []uuid.UUID{made[0]}, list("state=retired&limit=1"))
	require.Equal(t, []uuid.UUID{made[0]}, list("commit=abab"))
	require.Equal(t, []uuid.UUID{made[2]}, list("branch=branch-2"))
	require.Len(t, list("trigger=manual"), 4)
	require.Empty(t, list("trigger=rollback"))
	require.Empty(t, list("state=retired&branch=branch-2"))

	b.exec(t, "UPDATE deployments SET commit_message = 'Fix 100% of it', commit_author = 'Ada Lovelace' WHERE id = $1", made[2])
	require.Equal(t, []uuid.UUID{made[2]}, list("text=fix+100%25"))
	require.Equal(t, []uuid.UUID{made[2]}, list("author=LOVELACE"))
	require.Empty(t, list("text=fix_1"), "it is no pattern")
}

func TestDomains_AreFoundAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	made, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{Hostname: "bücher.example"})
	require.NoError(t, err)
	require.NotNil(t, made.JSON201, "%s", made.Body)

	for hostname, want := range map[string]int{
		"bücher.example": 1, "BÜCHER.example.": 1, " xn--bcher-kva.example ": 1, "www.bücher.example": 0, "not a hostname": 0, "": 2,
	} {
		found, err := b.owner.ListDomainsWithResponse(t.Context(), project.ID, &client.ListDomainsParams{Hostname: &hostname})
		require.NoError(t, err)
		require.NotNil(t, found.JSON200, "%s", found.Body)
		require.Len(t, found.JSON200.Items, want, hostname)
	}
}

func TestLists_ThatAreShort_AreWholeAndPagedToo(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	for i := range 4 {
		node, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: fmt.Sprintf("node-%d", i+2), Region: "here"})
		require.NoError(t, err)
		require.NotNil(t, node.JSON201, "%s", node.Body)

		edge, err := b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: fmt.Sprintf("edge-%d", i+2), Region: "here"})
		require.NoError(t, err)
		require.NotNil(t, edge.JSON201, "%s", edge.Body)

		domain, err := b.owner.CreateDomainWithResponse(t.Context(), project.ID, nil, client.CreateDomainInputBody{Hostname: fmt.Sprintf("%d.example.org", i)})
		require.NoError(t, err)
		require.NotNil(t, domain.JSON201, "%s", domain.Body)
	}

	for _, name := range []string{"E", "B", "D", "A", "C"} {
		require.Equal(t, http.StatusOK, b.setVariable(t, project, name, "x").StatusCode)
	}

	one := "/v1/projects/" + project.ID.String()

	for path, field := range map[string]string{"/v1/nodes": "name", "/v1/edges": "name", one + "/domains": "hostname", one + "/environment-variables": "name"} {
		read := func(query string) (names []string, next string) {
			answer := b.send(t, http.MethodGet, b.tokens.User, path+query, "", nil)
			require.Equal(t, http.StatusOK, answer.StatusCode, answer.text)

			page := struct {
				Items      []map[string]any `json:"items"`
				NextCursor string           `json:"next_cursor"`
			}{}
			require.NoError(t, fromJSON(answer.text, &page))

			return lo.Map(page.Items, func(item map[string]any, _ int) string { return item[field].(string) }), page.NextCursor
		}

		whole, next := read("")
		require.Len(t, whole, 5, path)
		require.Empty(t, next, path)

		var paged []string

		for query := "?limit=2"; query != ""; {
			names, next := read(query)
			paged = append(paged, names...)
			query = lo.Ternary(next == "", "", "?limit=2&cursor="+next)
		}

		require.Equal(t, whole, paged, path)
	}
}
