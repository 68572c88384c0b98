package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// setupRegions is setup with the regions ap, of which no node answers, eu and us.
func setupRegions(t *testing.T) *testBundle {
	t.Helper()

	b := setup(t)

	for region, state := range map[string]string{
		"eu": "'ready', now() + interval '1 hour'", "us": "'ready', now() + interval '1 hour'", "ap": "'ready', now() - interval '1 hour'", "new": "'ready', NULL",
	} {
		b.exec(t, "INSERT INTO nodes (id, name, region, prefix, state, last_seen_at) VALUES ($1, $2, $2, ('10.90.' || length($2) || '.' || ascii($2) || '/32')::cidr, "+
			state+")", id.New(), region)
	}

	return b
}

func TestRegions_AreThoseWithNodes_AndTellNothingOfThem(t *testing.T) {
	t.Parallel()

	b := setupRegions(t)
	b.exec(t, "UPDATE nodes SET state = 'cordoned' WHERE region = 'us'")

	answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/regions", "", nil)
	require.JSONEq(t, `{"regions":[{"name":"ap","ready":false},{"name":"eu","ready":true},{"name":"us","ready":false}]}`, answer.text)
}

func TestUpdateProject_Regions_InstancesAreTheirSum(t *testing.T) {
	t.Parallel()

	b := setupRegions(t)
	project := b.project(t)
	regions := []client.RegionInstances{{Region: "us", Instances: 1}, {Region: "eu", Instances: 2}}

	updated, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Regions: &regions})
	require.NoError(t, err)
	require.NotNil(t, updated.JSON200, "%s", updated.Body)
	require.Equal(t, regions, *updated.JSON200.Regions, "in the order in which they were given")
	require.EqualValues(t, 3, *updated.JSON200.Instances)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE instances_changed_at IS NOT NULL"), "what is live follows")

	b.exec(t, "UPDATE projects SET instances_changed_at = NULL")

	regions[0].Instances, regions[1].Instances = 2, 1
	updated, err = b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Regions: &regions})
	require.NoError(t, err)
	require.EqualValues(t, 3, *updated.JSON200.Instances)
	require.Equal(t, 1, b.count(t, "SELECT count(*) FROM projects WHERE instances_changed_at IS NOT NULL"), "the sum is the same, and the regions are not")

	unchanged, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Name: new("Shop"), Instances: new(int64(3))})
	require.NoError(t, err)
	require.Equal(t, regions, *unchanged.JSON200.Regions)

	anywhere, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Regions: &[]client.RegionInstances{}, Instances: new(int64(2))})
	require.NoError(t, err)
	require.Nil(t, anywhere.JSON200.Regions)
	require.EqualValues(t, 2, *anywhere.JSON200.Instances)
}

func TestUpdateProject_RegionsThatCannotBe_AreRefusedWithWhatCan(t *testing.T) {
	t.Parallel()

	b := setupRegions(t)
	project := b.project(t)

	for body, want := range map[string]string{
		`{"regions":[{"region":"mars","instances":1}]}`:                               "There is no region mars. There are: ap, eu, us.",
		`{"regions":[{"region":"eu","instances":1},{"region":"eu","instances":2}]}`:   "Region eu is named twice.",
		`{"regions":[{"region":"eu","instances":60},{"region":"us","instances":60}]}`: "These are 120 instances, and a project can have 100 at the most.",
		`{"regions":[{"region":"eu","instances":2}],"instances":3}`:                   "The regions have 2 instances together, and instances says 3: leave instances out.",
	} {
		answer := b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+project.ID.String(), body, http.Header{"Content-Type": {"application/json"}})
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, body)
		require.Contains(t, answer.text, want)
	}

	require.Zero(t, b.count(t, "SELECT count(*) FROM projects WHERE cardinality(regions) > 0"))

	b.exec(t, "UPDATE projects SET regions = '{eu,us}', region_instances = '{2,1}', instances = 3")

	refused, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Instances: new(int64(4))})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "The project names regions (eu=2 us=1): say how many instances run in each")

	// A region that is away for now is one.
	away, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID, client.ProjectUpdate{Regions: &[]client.RegionInstances{{Region: "ap", Instances: 1}}})
	require.NoError(t, err)
	require.NotNil(t, away.JSON200, "%s", away.Body)
}

func TestUpdateProject_Regions_CountInTheQuotaTogether(t *testing.T) {
	t.Parallel()

	b := setupRegions(t)
	project := b.project(t)
	b.allow(t, database.SetQuotasParams{Instances: new(int32(4))})

	refused, err := b.owner.UpdateProjectWithResponse(t.Context(), project.ID,
		client.ProjectUpdate{Regions: &[]client.RegionInstances{{Region: "eu", Instances: 3}, {Region: "us", Instances: 2}}})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "This needs 5 instances, and your organisation may use 4 instances at once.")
}

func TestCreateProject_WithRegions(t *testing.T) {
	t.Parallel()

	b := setupRegions(t)
	create := func(body string) answered {
		return b.send(t, http.MethodPost, b.tokens.User, "/v1/projects", `{"name":"Shop","repository_url":"https://git.example.com/acme/shop.git",`+body+`}`,
			http.Header{"Content-Type": {"application/json"}})
	}

	unknown := create(`"regions":[{"region":"mars","instances":2}]`)
	require.Equal(t, http.StatusUnprocessableEntity, unknown.StatusCode)
	require.Contains(t, unknown.text, "There is no region mars. There are: ap, eu, us.")

	made := create(`"regions":[{"region":"eu","instances":2},{"region":"us","instances":1}]`)
	require.Equal(t, http.StatusCreated, made.StatusCode, made.text)
	require.Contains(t, made.text, `"instances":3`)
	require.Contains(t, made.text, `"regions":[{"region":"eu","instances":2},{"region":"us","instances":1}]`)
}
