package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const previewID = "01900000-0000-7000-8000-0000000000e1"

// withPreview adds the preview of the branch feature to a fake platform with the project shop.
func withPreview(f *fakeAPI) *fakeAPI {
	const (
		live       = "01900000-0000-7000-8000-0000000000d1"
		production = `{"id":"` + projectID + `","project_id":"` + projectID + `","kind":"production","slug":"production","branch":"trunk","url":"http://shop.example.com"}`
		preview    = `{"id":"` + previewID + `","project_id":"` + projectID + `","kind":"preview","slug":"feature","branch":"feature",
			"url":"http://shop-feature.example.com","live_deployment_id":"` + live + `","expires_at":"2026-01-02T03:04:05Z"}`
		list = "GET /v1/projects/" + projectID + "/environments"
	)

	f.answers[list] = `{"items":[` + production + `,` + preview + `]}`
	f.answers[list+"?slug=feature"] = `{"items":[` + preview + `]}`
	f.answers[list+"?slug=nothing"] = `{"items":[]}`
	f.answers[list+"?branch=feature"] = `{"items":[` + preview + `]}`
	f.answers["POST /v1/projects/"+projectID+"/environments"] = preview
	f.answers["DELETE /v1/environments/"+previewID] = ""
	f.answers["GET /v1/projects/"+projectID+"/deployments?environment_id="+previewID] = `{"items":[
		{"id":"` + live + `","state":"live","branch":"feature","environment":"feature"}]}`
	f.answers["POST /v1/deployments/"+live+"/promote"] = `{"id":"` + createdID + `","trigger":"promote"}`

	return f
}

func TestEnvironments_AreListedMadeAndDeleted(t *testing.T) {
	t.Parallel()

	f := withPreview(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", "")))
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "environments", "-p", "shop"), b.err.String())
	require.Regexp(t, `(?m)^production +trunk +- +http://shop\.example\.com +-$`, b.out.String())
	require.Regexp(t, `(?m)^feature +feature +\S+ +http://shop-feature\.example\.com +2026-01-02$`, b.out.String())

	require.Equal(t, ExitOK, b.run(t, "environments", "create", "feature", "-p", "shop", "-d"), b.err.String())
	require.JSONEq(t, `{"branch":"feature"}`, f.sent("POST /v1/projects/" + projectID + "/environments")[0])
	require.JSONEq(t, `{"environment_id":"`+previewID+`"}`, f.sent(createDeployment)[0])

	require.Equal(t, ExitOK, b.run(t, "environments", "create", "feature", "-p", "shop", "--empty"), b.err.String())
	require.Len(t, f.sent(createDeployment), 1, "nothing was deployed")
	require.Contains(t, b.out.String(), "zeitwork deploy -e feature")

	require.Equal(t, ExitOK, b.run(t, "environments", "delete", "feature", "-p", "shop"), b.err.String())
	require.Len(t, f.sent("DELETE /v1/environments/"+previewID), 1)

	require.Equal(t, ExitUsage, b.run(t, "environments", "delete", "nothing", "-p", "shop"))
	require.Contains(t, b.err.String(), `no environment "nothing": there is production, feature`)
}

func TestDeploy_AnotherBranch_GoesToItsPreview(t *testing.T) {
	t.Parallel()

	dir := gitRepository(t)
	gitIn(t, dir, "checkout", "-q", "-b", "feature")
	commit := gitIn(t, dir, "rev-parse", "HEAD")
	project := projectJSON("shop", "file://"+dir, "trunk", "")
	on := strings.Replace(project, `"url"`, `"previews":"branches","url"`, 1)

	for name, c := range map[string]struct {
		f     *fakeAPI
		flags []string
		want  string
	}{
		"which it has":           {withPreview(platformWith(t, project)), nil, `{"branch":"feature","commit":"` + commit + `"}`},
		"of a project with them": {platformWith(t, on), nil, `{"branch":"feature","commit":"` + commit + `"}`},
		"that is asked for":      {platformWith(t, project), []string{"--preview"}, `{"branch":"feature","commit":"` + commit + `","preview":true}`},
		"that is named": {
			withPreview(platformWith(t, project)), []string{"-e", "feature"},
			`{"branch":"feature","commit":"` + commit + `","environment_id":"` + previewID + `"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := signedInTo(t, c.f)
			require.Equal(t, ExitOK, b.run(t, append([]string{"deploy", dir, "-d", "-p", "shop"}, c.flags...)...), b.err.String())
			require.JSONEq(t, c.want, c.f.sent(createDeployment)[0])
		})
	}
}

func TestPromote_TakesWhatIsLiveInThePreview(t *testing.T) {
	t.Parallel()

	b := signedInTo(t, withPreview(platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", ""))))
	require.Equal(t, ExitOK, b.run(t, "promote", "-p", "shop", "-e", "feature", "-d"), b.err.String())
	require.Equal(t, createdID+"\n", b.out.String())

	require.Equal(t, ExitUsage, b.run(t, "promote", "-p", "shop", "-d"))
	require.Contains(t, b.err.String(), "name the preview by -e")
}

func TestEnv_Environment_IsTheScope(t *testing.T) {
	t.Parallel()

	f := platformWith(t, projectJSON("shop", "https://git.example.com/shop", "trunk", ""))
	path := "PUT /v1/projects/" + projectID + "/environment-variables/A"
	f.answers[path+"?scope=preview"] = `{"name":"A","scope":"preview","updated_at":"2026-01-02T03:04:05Z"}`
	b := signedInTo(t, f)

	require.Equal(t, ExitOK, b.run(t, "env", "set", "A=b", "-e", "preview", "-p", "shop"), b.err.String())
	require.Len(t, f.sent(path), 1)

	require.Equal(t, ExitUsage, b.run(t, "env", "set", "A=b", "-e", "feature", "-p", "shop"))
	require.Contains(t, b.err.String(), "all, production or preview")
	require.Len(t, f.sent(path), 1)
}
