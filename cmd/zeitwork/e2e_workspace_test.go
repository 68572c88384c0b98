package main_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

func TestFramework_AppInsideAWorkspace_IsBuiltWithThePackageBesideIt(t *testing.T) {
	t.Parallel()
	npm.Need(t)

	p := startPlatform(t)
	r := newRepository(t, app{})
	r.replace(examples.WriteWorkspace)
	r.edit("packages/ui/src/index.ts", "= label;", `= label + " of the workspace";`)

	project := p.project(t, r, roomy, func(body *client.CreateProjectInputBody) { body.RootDirectory = new("apps/web") })
	d := p.endedWithin(t, p.create(t, project).ID, frameworkTime)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	script := regexp.MustCompile(`/assets/[^"]+\.js`).FindString(p.page(t, project, "Hello from the workspace"))
	require.NotEmpty(t, script)

	answer, err := p.get(t.Context(), project, script)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	require.Contains(t, answer.Body, " of the workspace", "the package is not in what was built")
}
