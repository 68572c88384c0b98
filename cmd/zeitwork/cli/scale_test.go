package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const regionsJSON = `{"regions":[{"name":"eu","ready":true},{"name":"us","ready":false}]}`

// scaling is a platform with a project that has these settings beside its instances.
func scaling(t *testing.T, settings string) *fakeAPI {
	t.Helper()

	project := `{"id":"` + projectID + `","slug":"shop","url":"http://shop.example.com","instances":3` + settings + `}`
	f := platformWith(t, project)
	f.answers["PATCH /v1/projects/"+projectID], f.answers["GET /v1/regions"] = project, regionsJSON

	return f
}

func TestScale_ANumber_IsForAProjectWithoutRegions(t *testing.T) {
	t.Parallel()

	f := scaling(t, "")
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "scale", "2", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{"instances":2}`, f.sent("PATCH /v1/projects/" + projectID)[0], "an API of the version before refuses what it does not know")
	require.Equal(t, "shop is to run on 2 instances; before: 3. `zeitwork status` shows how far it is.\n", b.out.String())

	f = scaling(t, `,"regions":[{"region":"eu","instances":2},{"region":"us","instances":1}]`)
	b = signedInTo(t, f)
	require.Equal(t, ExitUsage, b.run(t, "scale", "2", "-p", "shop"))
	require.Empty(t, f.sent("PATCH /v1/projects/"+projectID))
	require.Contains(t, b.err.String(), "such as `zeitwork scale eu=2 us=1`, or let them run anywhere with `zeitwork projects set shop --regions \"\"`")
}

func TestScale_Regions_AreSentInTheirOrder(t *testing.T) {
	t.Parallel()

	f := scaling(t, "")
	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "scale", "us=1", "eu=2", "-p", "shop"), b.err.String())
	require.JSONEq(t, `{"instances":3,"regions":[{"region":"us","instances":1},{"region":"eu","instances":2}]}`, f.sent("PATCH /v1/projects/" + projectID)[0])
	require.Equal(t, "shop is to run on 3 instances (us=1 eu=2); before: 3. `zeitwork status` shows how far it is.\n", b.out.String())
}

func TestScale_WhatIsNoNumber_IsToldWithAnExample(t *testing.T) {
	t.Parallel()

	for _, args := range [][]string{{"eu"}, {"0"}, {"eu="}, {"=2"}, {"eu=0"}, {"eu=2", "1"}} {
		code, _, stderr := runAgainst(t, scaling(t, "").answers, append([]string{"scale", "-p", "shop"}, args...)...)
		require.Equal(t, ExitUsage, code, args)
		require.Contains(t, stderr, "such as eu=2", args)
	}
}

func TestScale_Completion_OffersTheRegionsThatAreNotNamedYet(t *testing.T) {
	t.Parallel()

	_, stdout, _ := runAgainst(t, scaling(t, "").answers, "__complete", "scale", "eu=2", "")
	require.Contains(t, stdout, "us=\n")
	require.NotContains(t, stdout, "eu=")
}

func TestRegions_AreListed(t *testing.T) {
	t.Parallel()

	_, stdout, _ := runAgainst(t, scaling(t, "").answers, "regions")
	require.Equal(t, "REGION  INSTANCES CAN START\neu      yes\nus      not now\n", stdout)
}

func TestProjects_Regions_AreGivenWhenTheyAreMadeAndLater(t *testing.T) {
	t.Parallel()

	f := scaling(t, "")
	f.answers["POST /v1/projects"] = `{"id":"` + projectID + `","slug":"shop"}`
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "projects", "create", "Shop", "--repository", "https://git.example.com/a.git", "--regions", "eu=2,us=1"), b.err.String())
	require.Contains(t, f.sent("POST /v1/projects")[0], `"regions":[{"instances":2,"region":"eu"},{"instances":1,"region":"us"}]`)
	require.Regexp(t, `Regions +eu=2 us=1`, b.out.String())

	require.Equal(t, ExitOK, b.run(t, "projects", "set", "shop", "--regions", ""), b.err.String())
	require.JSONEq(t, `{"regions":[]}`, f.sent("PATCH /v1/projects/" + projectID)[0])
}

func TestStatus_ProjectNamesRegions_CountsEach(t *testing.T) {
	t.Parallel()

	f := scaling(t, `,"live_deployment_id":"`+rollbackID+`","regions":[{"region":"eu","instances":2},{"region":"us","instances":1}]`)
	f.answers["GET /v1/deployments/"+rollbackID] = `{"id":"` + rollbackID + `","state":"live","branch":"main","vms":[
		{"kind":"app","state":"healthy","region":"eu"},{"kind":"app","state":"starting","region":"eu"},{"kind":"app","state":"healthy","region":"ap"}]}`
	f.answers["GET /v1/projects/"+projectID+"/deployments"] = `{"items":[]}`

	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "status", "-p", "shop"), b.err.String())
	require.Regexp(t, `Regions +1 of 2 healthy in eu, 0 of 1 healthy in us, 1 still in ap\n`, b.out.String())
}
