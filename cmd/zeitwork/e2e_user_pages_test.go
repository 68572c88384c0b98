package main_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	program "github.com/zeitwork/zeitwork/cmd/zeitwork"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/test/rig"
)

// TestUserPages_EachOfTheirCommands_DoesWhatItSays has somebody who has just got a platform read the start guide, make a project as it says, and go through the
// other pages with that.
func TestUserPages_EachOfTheirCommands_DoesWhatItSays(t *testing.T) {
	t.Parallel()

	r := newReader(t)
	r.opens(t, documentedApp())

	calls := program.DocumentedCalls(t)
	project := *r

	for _, page := range userPages() {
		// A page about a framework is read with another app.
		if strings.HasPrefix(page.name, "docs/guides/") {
			r.reads(t, page, calls)

			continue
		}

		project.reads(t, page, calls)
	}
}

// documentedApp tells of what it is asked for, in lines of more than one level.
func documentedApp() app {
	return running(`
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/slow") console.error(JSON.stringify({ level: "warn", msg: "timeout of the database" }));
  if (request.url === "/healthz") console.error(JSON.stringify({ level: "warn", msg: "timeout of healthz" }));
  response.writeHead(request.url === "/broken" ? 500 : 200).end("from the guide");
});
server.listen(process.env.PORT, () => console.log("listening on " + process.env.PORT));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`)
}

func userPages() []page {
	return []page{
		startPage(), environmentsPage(), variablesPage(), domainsPage(), logsPage(), rollbackPage(), scalingPage(),
		dockerfilePage(),
		frameworkPage("nextjs", "Next.js", "TestFramework_NodeExamples_AreDeployedByEachPackageManager", map[string]shown{
			"env set DATABASE_URL":                             {types: "postgres://db\n", says: "DATABASE_URL", before: makesProject},
			"projects set shop --build-variables DATABASE_URL": {says: "DATABASE_URL"},
			"skew-protection":                                  {says: "deployment before"},
		}),
		frameworkPage("nuxt", "Nuxt", "TestFramework_NodeExamples_AreDeployedByEachPackageManager", map[string]shown{
			"env set NUXT_API_SECRET":                             {types: "secret\n", says: "NUXT_API_SECRET", before: makesProject},
			"projects set shop --build-variables NUXT_API_SECRET": {says: "NUXT_API_SECRET"},
			"skew-protection":                                     {says: "deployment before"},
		}),
		frameworkPage("node", "Node", "TestFramework_NodeExamples_AreDeployedByEachPackageManager", nil),
		frameworkPage("static", "static", "TestFramework_StaticSite_IsServedAsItIs", nil),
		frameworkPage("rails", "Rails", "TestFramework_Rails_IsDeployedWithTheGemsThatItBrings", map[string]shown{
			"init":                    {says: "Made the project"},
			"env set SECRET_KEY_BASE": {types: "secret\n", says: "SECRET_KEY_BASE"},
			"env set DATABASE_URL":    {types: "postgres://db\n", says: "DATABASE_URL"},
		}),
		frameworkPage("laravel", "Laravel", "TestFramework_Laravel_IsDeployedWithItsAssets", map[string]shown{
			"init":                       {says: "Made the project"},
			"env set APP_KEY":            {types: "base64:key\n", says: "APP_KEY"},
			"env import .env.production": {says: "APP_NAME", before: writes(".env.production", "APP_NAME=Shop\nAPP_DEBUG=false\n")},
		}),
	}
}

func startPage() page {
	signIn := shown{says: "Signed in", typesToken: true}

	return page{name: "docs/start.md", commands: map[string]shown{
		"login --api https://zeitwork.example.com": signIn,
		"login --api http://127.0.0.1:8000":        signIn,
		"detect":                                   {says: "Dockerfile"},
		"deploy": {says: "http://", plus: []string{"--yes"}, after: func(t *testing.T, r *reader, _ string) {
			t.Helper()

			// Other tests run beside this one, on the same node.
			r.does(t, "projects", "set", r.project, "--memory-mib", "128", "--cpu-millis", "100")
		}},
		"open":        {says: "http://"},
		"logs -f":     {says: "listening on"},
		"status":      {says: "1 healthy"},
		"deployments": {says: "live"},
		"up":          {elsewhere: "it goes on until Ctrl-C, with a platform of its own: TestUp_OnceThenUntilInterrupted_DeploysTheSampleAndLeavesOnlyData"},
	}}
}

func environmentsPage() page {
	return page{name: "docs/environments.md", commands: map[string]shown{
		"environments":                          {says: "production"},
		"projects set shop --previews branches": {says: "branches", before: pushesFeature},
		"environments create feature/login":     {says: "has the preview"},
		"deploy --preview": {
			says: "http://",
			before: func(t *testing.T, r *reader) {
				t.Helper()

				r.git(t, "checkout", "--quiet", "feature/login")
			},
			after: func(t *testing.T, r *reader, _ string) {
				t.Helper()

				r.git(t, "checkout", "--quiet", "main")
			},
		},
		"projects set shop --previews pull_requests": {says: "pull requests", by: readerOnGitHub},
		"environments approve pr-12":                 {says: "http://", by: readerOnGitHub, before: opensPullFromFork, plus: []string{"--commit", "COMMIT"}},
		"projects set shop --preview-days 30":        {says: "30"},
		"environments delete feature-login":          {says: "Deleted the preview feature-login"},
		"promote -e feature-login":                   {says: "http://"},
		"deployments show 0199c0de-0000-7000-8000-000000000000": {
			says: "http://", before: func(t *testing.T, r *reader) {
				t.Helper()

				r.deployment = r.found(t).LiveDeploymentID.String()
			},
		},
		"projects set shop --ignored-paths docs/**,**/*.md": {says: "docs/**"},
		"projects set shop --auto-deploy false":             {says: "no"},
	}}
}

func variablesPage() page {
	return page{name: "docs/variables.md", commands: map[string]shown{
		"env":                               {says: "NAME"},
		"env set DATABASE_URL":              {types: "postgres://db\n", says: "DATABASE_URL"},
		"env set LOG_LEVEL=debug WORKERS=2": {says: "LOG_LEVEL"},
		"env import .env":                   {says: "GREETING", before: writes(".env", "GREETING='hello there'\nREGION=eu\n")},
		"env unset LOG_LEVEL":               {says: "Deleted LOG_LEVEL"},
		"env set STRIPE_KEY -e production":  {types: "live\n", says: "STRIPE_KEY"},
		"env set STRIPE_KEY -e preview":     {types: "test\n", says: "STRIPE_KEY"},
		"projects set shop --build-variables DATABASE_URL,SENTRY_AUTH_TOKEN": {says: "SENTRY_AUTH_TOKEN"},
		"env access readable": {says: "read"},
		"env get WORKERS":     {says: "2"},
	}}
}

func domainsPage() page {
	return page{name: "docs/domains.md", commands: map[string]shown{
		"domains add app.example.com":                               {says: "CNAME", after: makesRecord},
		"domains check app.example.com":                             {says: "is proven"},
		"domains add www.example.com --redirect-to app.example.com": {says: "www."},
		"domains add *.example.com":                                 {says: "TXT"},
		"domains add next.example.com -e feature-login":             {says: "next.", before: makesPreview},
		"domains remove www.example.com":                            {says: "does not answer"},
		"domains":                                                   {says: "active"},
		"domains certificate *.example.com --certificate example.pem --key example.key": {says: "certificate", before: func(t *testing.T, r *reader) {
			t.Helper()

			chain, key, err := rig.NewCertificate("*." + r.domain)
			require.NoError(t, err)
			writes("example.pem", string(chain))(t, r)
			writes("example.key", string(key))(t, r)
		}},
		"domains https app.example.com --redirect --hsts 8760h": {says: "https"},
	}}
}

func logsPage() page {
	return page{name: "docs/logs.md", commands: map[string]shown{
		"logs -f": {says: "timeout of the database", before: func(t *testing.T, r *reader) {
			t.Helper()

			r.visits(t, "/slow", 200)
			r.visits(t, "/healthz", 200)
			r.visits(t, "/broken", 500)
		}},
		"logs --since 1h --grep timeout -healthz": {says: "timeout of the database", after: func(t *testing.T, _ *reader, output string) {
			t.Helper()

			require.NotContains(t, output, "healthz")
		}},
		"logs --level warn": {says: "timeout of healthz", late: true, after: func(t *testing.T, _ *reader, output string) {
			t.Helper()

			require.NotContains(t, output, "listening on")
		}},
		"logs --build": {says: "COPY server.js", before: func(t *testing.T, r *reader) {
			t.Helper()

			r.does(t, "redeploy")
		}},
		"logs --requests -f":                        {says: "GET /broken"},
		"logs --requests --status 5xx":              {says: " 500 ", late: true},
		"projects set shop --record-requests false": {says: "equests"},
		"status": {says: "1 healthy"},
		"events": {says: "got a preview"},
		"audit":  {says: "project"},
	}}
}

func rollbackPage() page {
	return page{name: "docs/rollback.md", commands: map[string]shown{
		"rollback":    {says: "The environment is pinned"},
		"deployments": {says: "live"},
		"rollback 0199c0de-0000-7000-8000-000000000000": {says: "The environment is pinned", before: func(t *testing.T, r *reader) {
			t.Helper()

			all := r.deployments(t, r.found(t))
			retired, ok := lo.Find(all, func(d client.Deployment) bool { return d.State == "retired" && d.EnvironmentID == d.ProjectID })
			require.True(t, ok, "%+v", all)
			r.deployment = retired.ID.String()
		}},
		"unpin":    {says: "Unpinned"},
		"deploy":   {says: "http://"},
		"redeploy": {says: "http://"},
		"restart":  {says: "1 healthy"},
		"cancel": {says: "Cancelled", before: func(t *testing.T, r *reader) {
			t.Helper()

			r.repository.push(app{"Dockerfile": "FROM node:22-slim\nRUN sleep 600\n"})
			r.does(t, "deploy", "-d")
			r.repository.push(documentedApp())
		}},
	}}
}

func scalingPage() page {
	return page{name: "docs/scaling.md", commands: map[string]shown{
		"scale 3": {says: "3 instances"},
		"projects set shop --memory-mib 1024 --cpu-millis 2000": {says: "1024", after: func(t *testing.T, r *reader, _ string) {
			t.Helper()

			// The node is others', too: this is what projects have by default.
			r.does(t, "projects", "set", r.project, "--memory-mib", "512", "--cpu-millis", "1000")
		}},
		"regions":                    {says: "local"},
		"scale eu=2 us=1":            {says: "local=2"},
		"sleep 30m -e production":    {says: "falls asleep after 30 minutes"},
		"sleep off -e feature-login": {says: "stays awake"},
		"projects set shop --health-path /up --start-seconds 120 --grace-seconds 60": {says: "/up"},
		"skew-protection": {says: "deployment before"},
		"projects set shop --release-command bin/rails db:prepare": {says: "bin/rails db:prepare"},
	}}
}

func dockerfilePage() page {
	return page{
		name: "docs/guides/dockerfile.md",
		before: func(t *testing.T, r *reader) {
			t.Helper()

			r.opens(t, serving("from a Dockerfile"))
		},
		commands: map[string]shown{
			"detect": {says: "Dockerfile"},
			"deploy": {says: "http://", plus: []string{"--yes"}},
			"detect --write": {says: "Dockerfile", before: func(t *testing.T, r *reader) {
				t.Helper()

				r.repository.replace(examples.WriteStatic)
			}, after: func(t *testing.T, r *reader, _ string) {
				t.Helper()

				require.FileExists(t, filepath.Join(r.repository.Dir, "Dockerfile"))
			}},
			"projects set SLUG --dockerfile docker/web.Dockerfile --dockerfile-target web": {says: "docker/web.Dockerfile"},
		},
	}
}

// frameworkPage is the guide of a framework, which is read with the example of it.
func frameworkPage(example, recognised, deployedBy string, more map[string]shown) page {
	return page{
		name: "docs/guides/" + example + ".md",
		before: func(t *testing.T, r *reader) {
			t.Helper()

			r.opens(t, app{})
			require.NoError(t, exampleWriters()[example](r.repository.Dir))
			r.repository.commit()
		},
		commands: lo.Assign(map[string]shown{
			"detect": {says: recognised},
			"deploy": {elsewhere: "it installs and builds for minutes what " + deployedBy + " deploys"},
		}, more),
	}
}

func exampleWriters() map[string]func(dir string) error {
	node := func(name string) func(dir string) error {
		return func(dir string) error { return examples.Write(dir, name, examples.NPM) }
	}

	// The example's PHP packages are read when it is built.
	laravel := func(dir string) error {
		return errors.Join(examples.WriteLaravel(dir), os.CopyFS(filepath.Join(dir, "artifacts"), fstest.MapFS{"README": {Data: []byte("packages")}}))
	}

	return map[string]func(dir string) error{
		"nextjs": node("nextjs"), "nuxt": node("nuxt"), "node": node("node"), "static": examples.WriteStatic, "rails": examples.WriteRails, "laravel": laravel,
	}
}

// writes puts a file beside the reader's app, without a commit.
func writes(name, content string) func(t *testing.T, r *reader) {
	return func(t *testing.T, r *reader) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(r.repository.Dir, name), []byte(content), 0o600))
	}
}

// makesProject stands for the deployment that makes the project of a framework's guide.
func makesProject(t *testing.T, r *reader) {
	t.Helper()
	r.does(t, "init")
}

// pushesFeature makes the branch of the page's example, with a commit of its own.
func pushesFeature(t *testing.T, r *reader) {
	t.Helper()
	r.git(t, "checkout", "--quiet", "-b", "feature/login")
	writes("login.txt", "to come")(t, r)
	r.git(t, "add", "login.txt")
	r.git(t, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "login")
	r.git(t, "checkout", "--quiet", "main")
}

// makesPreview has the preview be there again, which the page before has deleted.
func makesPreview(t *testing.T, r *reader) {
	t.Helper()

	if !strings.Contains(r.does(t, "environments"), "feature-login") {
		r.does(t, "environments", "create", "feature/login", "--empty")
	}
}

// makesRecord puts into the DNS what the command says is to be made there: NAME is the second column, and VALUE the third.
func makesRecord(t *testing.T, _ *reader, output string) {
	t.Helper()

	for line := range strings.Lines(output) {
		if columns := strings.Fields(line); len(columns) > 3 && columns[0] == "CNAME" {
			shared.dns.Set(t, columns[1], "CNAME "+columns[2]+".")

			return
		}
	}

	require.Fail(t, "no CNAME record is asked for", output)
}
