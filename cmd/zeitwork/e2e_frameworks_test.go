package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
	"github.com/zeitwork/zeitwork/test/rig"
)

// frameworkTime bounds the deployment of one example: its dependencies are installed from nothing, beside other tests.
const frameworkTime = 10 * time.Minute

// nodeExample is an example that each package manager deploys.
type nodeExample struct {
	name string
	// page is the file whose greeting each deployment changes, so that its answers can be told from those of the deployment before.
	page, greeting string
	// asset finds the path of a file in the page whose name changes with its content; empty: there is none.
	asset string
	// server tells that the app answers on /api/hello and /api/health.
	server bool
}

func nodeExamples() []nodeExample {
	return []nodeExample{
		{name: "nextjs", page: "app/page.tsx", greeting: "Hello from Next.js", asset: `/_next/static/[^"]+\.js`, server: true},
		{name: "nuxt", page: "app/pages/index.vue", greeting: "Hello from Nuxt", asset: `/_nuxt/[^"]+\.js`, server: true},
		{name: "node", page: "src/server.ts", greeting: "Hello from Node", server: true},
		{name: "vite", page: "index.html", greeting: "Hello from Vite", asset: `/assets/[^"]+\.js`},
	}
}

func TestFramework_NodeExamples_AreDeployedByEachPackageManager(t *testing.T) {
	t.Parallel()

	for _, example := range nodeExamples() {
		t.Run(example.name, func(t *testing.T) {
			t.Parallel()

			npm.Need(t)

			p := startPlatform(t)
			r := newRepository(t, app{})
			project := p.project(t, r, roomy)

			// One after the other, as a team that changes its package manager: the caches of the build stay.
			for _, manager := range examples.Managers {
				r.replace(func(dir string) error { return examples.Write(dir, example.name, manager) })
				r.edit(example.page, example.greeting, example.greeting+" by "+manager)

				d := p.endedWithin(t, p.create(t, project).ID, frameworkTime)
				require.Equal(t, client.DeploymentState("live"), d.State, "%s with %s: %+v\n%s", example.name, manager, d.Error, p.buildLog(t, d.ID))

				p.requireServed(t, project, example, example.greeting+" by "+manager)
			}
		})
	}
}

// roomy gives a project what an app of these frameworks needs.
func roomy(body *client.CreateProjectInputBody) {
	body.MemoryBytes, body.CPUMillis = lo.ToPtr[int64](512<<20), lo.ToPtr[int64](1000)
}

func (p *platform) requireServed(t *testing.T, project client.Project, example nodeExample, greeting string) {
	t.Helper()

	page := p.page(t, project, greeting)

	if example.asset != "" {
		p.requireAsset(t, project, page, example.asset)
	}

	if example.server {
		p.requireAPI(t, project, "/api/health")
	}
}

// requireAsset finds a path in the page and checks that browsers keep what is there for good.
func (p *platform) requireAsset(t *testing.T, project client.Project, page, pattern string) {
	t.Helper()

	asset := regexp.MustCompile(pattern).FindString(page)
	require.NotEmpty(t, asset, "the page names no asset:\n%s", page)

	answer, err := p.get(t.Context(), project, asset)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status, asset)
	require.Contains(t, answer.Header.Get("Cache-Control"), "immutable", asset)
}

// page waits for the page that holds the text: edges may answer with the deployment before for another second.
func (p *platform) page(t *testing.T, project client.Project, text string) string {
	t.Helper()

	var answer rig.Answer

	require.Eventually(t, func() bool {
		var err error
		answer, err = p.get(t.Context(), project, "/")

		return err == nil && answer.Status == http.StatusOK && strings.Contains(answer.Body, text)
	}, 5*time.Second, 20*time.Millisecond, "the page does not say %q", text)

	return answer.Body
}

// requireAPI checks the routes that the examples share, and that the app is no root and listens where it was told to.
func (p *platform) requireAPI(t *testing.T, project client.Project, health string) {
	t.Helper()

	var hello struct {
		Message string `json:"message"`
		Port    string `json:"port"`
		User    int    `json:"user"`
	}

	answer, err := p.get(t.Context(), project, "/api/hello")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &hello), answer.Body)
	require.Contains(t, hello.Message, "Hello from")
	require.Equal(t, "8080", hello.Port)
	require.NotZero(t, hello.User, "the app runs as root")

	answer, err = p.get(t.Context(), project, health)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
}

func TestFramework_Rails_IsDeployedWithTheGemsThatItBrings(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, app{})
	require.NoError(t, fixtures.WriteRails(t.Context(), r.Dir, rig.CacheDir()))
	r.edit("app/views/home/index.html.erb", "Hello from Rails", "Hello from our Rails")

	project := p.project(t, r, roomy)

	d := p.failed(t, project)
	require.Contains(t, d.Error.Message, "SECRET_KEY_BASE")

	p.setVariable(t, project, "SECRET_KEY_BASE", strings.Repeat("0123456789abcdef", 8))

	d = p.endedWithin(t, p.create(t, project).ID, frameworkTime)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	p.page(t, project, "Hello from our Rails")
	p.requireAPI(t, project, "/up")
}

func TestFramework_Laravel_IsDeployedWithItsAssets(t *testing.T) {
	t.Parallel()
	npm.Need(t)

	p := startPlatform(t)
	r := newRepository(t, app{})
	require.NoError(t, fixtures.WriteLaravel(t.Context(), r.Dir, rig.CacheDir()))
	r.edit("resources/views/welcome.blade.php", "Hello from Laravel", "Hello from our Laravel")

	project := p.project(t, r, roomy)

	d := p.failed(t, project)
	require.Contains(t, d.Error.Message, "APP_KEY")

	p.setVariable(t, project, "APP_KEY", "base64:"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))

	d = p.endedWithin(t, p.create(t, project).ID, frameworkTime)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	page := p.page(t, project, "Hello from our Laravel")
	p.requireAsset(t, project, page, `/build/assets/[^"]+\.css`)

	for path, want := range map[string]string{"/api/hello?name=edge": "Hello edge", "/up": "OK", "/about": "You were here 1 times."} {
		answer, err := p.get(t.Context(), project, path)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.Status, "%s: %s\n%s", path, answer.Body, strings.Join(p.runtimeLines(t, d.ID), "\n"))
		require.Contains(t, answer.Body, want, path)
	}
}

func TestFramework_StaticSite_IsServedAsItIs(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, app{})
	require.NoError(t, examples.WriteStatic(r.Dir))
	r.commit()

	project := p.project(t, r)
	d := p.endedWithin(t, p.create(t, project).ID, frameworkTime)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	p.page(t, project, "<h1>")

	answer, err := p.get(t.Context(), project, "/about")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	require.Equal(t, "no-cache", answer.Header.Get("Cache-Control"))

	answer, err = p.get(t.Context(), project, "/nothing")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, answer.Status)
}
