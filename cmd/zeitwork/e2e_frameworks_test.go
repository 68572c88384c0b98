package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/fixtures/npm"
)

// frameworkTime bounds the deployment of one example: its dependencies are installed from nothing, beside other tests.
const frameworkTime = 10 * time.Minute

// nodeExample is an example that each package manager deploys.
type nodeExample struct {
	name string
	// page is the file whose greeting each deployment changes, to know it by.
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

	response, _, err := p.get(t.Context(), project, asset)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, asset)
	require.Contains(t, response.Header.Get("Cache-Control"), "immutable", asset)
}

// page waits for the page that holds the text: edges may answer with the deployment before for another second.
func (p *platform) page(t *testing.T, project client.Project, text string) string {
	t.Helper()

	var page string

	require.Eventually(t, func() bool {
		status, body, err := p.ask(t.Context(), project)
		page = body

		return err == nil && status == http.StatusOK && strings.Contains(body, text)
	}, 5*time.Second, 20*time.Millisecond, "the page does not say %q", text)

	return page
}

// requireAPI checks the routes that the examples share, and that the app is no root and listens where it was told to.
func (p *platform) requireAPI(t *testing.T, project client.Project, health string) {
	t.Helper()

	var hello struct {
		Message string `json:"message"`
		Port    string `json:"port"`
		User    int    `json:"user"`
	}

	response, body, err := p.get(t.Context(), project, "/api/hello")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.Unmarshal([]byte(body), &hello), body)
	require.Contains(t, hello.Message, "Hello from")
	require.Equal(t, "8080", hello.Port)
	require.NotZero(t, hello.User, "the app runs as root")

	response, _, err = p.get(t.Context(), project, health)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// replace empties the repository's tree and has it written anew; edit or push commit it.
func (r *repository) replace(write func(dir string) error) {
	r.t.Helper()

	entries, err := os.ReadDir(r.dir)
	require.NoError(r.t, err)

	for _, entry := range entries {
		if entry.Name() != ".git" {
			require.NoError(r.t, os.RemoveAll(filepath.Join(r.dir, entry.Name())))
		}
	}

	require.NoError(r.t, write(r.dir))
}

// edit replaces the first occurrence of a text in a file and commits.
func (r *repository) edit(path, before, after string) {
	r.t.Helper()

	name := filepath.Join(r.dir, path)
	content, err := os.ReadFile(name)
	require.NoError(r.t, err)
	require.Contains(r.t, string(content), before)
	require.NoError(r.t, os.WriteFile(name, []byte(strings.Replace(string(content), before, after, 1)), 0o600))
	r.commit()
}

func TestFramework_Rails_IsDeployedWithTheGemsThatItBrings(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, app{})
	require.NoError(t, examples.WriteRails(t.Context(), r.dir, cacheDir()))
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
	require.NoError(t, examples.WriteLaravel(t.Context(), r.dir, cacheDir()))
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
		response, body, err := p.get(t.Context(), project, path)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s\n%s", path, body, strings.Join(p.runtimeLines(t, d.ID), "\n"))
		require.Contains(t, body, want, path)
	}
}

func TestFramework_StaticSite_IsServedAsItIs(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)
	r := newRepository(t, app{})
	require.NoError(t, examples.WriteStatic(r.dir))
	r.commit()

	project := p.project(t, r)
	d := p.endedWithin(t, p.create(t, project).ID, frameworkTime)
	require.Equal(t, client.DeploymentState("live"), d.State, "%+v\n%s", d.Error, p.buildLog(t, d.ID))

	p.page(t, project, "<h1>")

	response, _, err := p.get(t.Context(), project, "/about")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "no-cache", response.Header.Get("Cache-Control"))

	response, _, err = p.get(t.Context(), project, "/nothing")
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}
