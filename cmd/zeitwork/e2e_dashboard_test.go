package main_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// walkWorld is what a walk finds; web/walks/walk.ts says what each field is.
type walkWorld struct {
	URL           string `json:"url"`
	GitHub        string `json:"github"`
	User          string `json:"user"`
	Other         string `json:"other"`
	Account       string `json:"account"`
	Pull          string `json:"pull"`
	OperatorToken string `json:"operatorToken"`
	DNS           string `json:"dns"`
	Code          string `json:"code,omitempty"`
}

// firstRunWalk is the walk that gets a platform of its own, which has no GitHub App yet.
const firstRunWalk = "first-run"

// siteServer is the app of the repository `site`: it says what stands in site.txt.
const siteServer = `const text = require('fs').readFileSync('site.txt', 'utf8');
const server = require('http').createServer((q, a) => a.end(text));
server.listen(process.env.PORT, () => console.log('the site opens'));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`

// shopServer is the app of the repository `shop`. It says that it is open wherever one looks, except below /missing and /fail, and writes lines of every sort:
// plain, coloured, and JSON.
const shopServer = `const json = (level, msg, fields) => console.log(JSON.stringify({ level, msg, ...fields }));

require('http').createServer((q, a) => {
  const { pathname } = new URL(q.url, 'http://shop');
  if (pathname === '/health') return a.end('ok\n');
  a.statusCode = pathname === '/missing' ? 404 : pathname === '/fail' ? 500 : 200;
  if (pathname === '/fail') json('error', 'the payment was refused', { order: { id: 42, currency: 'EUR' }, attempt: 3 });
  else if (pathname === '/missing') json('warn', 'nobody sells that', { path: pathname });
  else console.log('\x1b[32mserved\x1b[0m ' + pathname);
  a.end('the shop is open\n');
}).listen(process.env.PORT, () => {
  console.log('the shop opens');
  json('info', 'listening', { port: Number(process.env.PORT) });
});
`

// TestDashboard_Walks_EndWhereTheyShould goes through the dashboard with a real browser, once for each file of web/walks.
func TestDashboard_Walks_EndWhereTheyShould(t *testing.T) {
	t.Parallel()

	web, err := filepath.Abs("../../web")
	require.NoError(t, err)

	node, browser := needBrowser(t, web)
	platform := startPlatform(t)

	zone := httptest.NewServer(http.HandlerFunc(changeZone))
	t.Cleanup(zone.Close)

	files, err := filepath.Glob(filepath.Join(web, "walks", "*.walk.ts"))
	require.NoError(t, err)
	require.NotEmpty(t, files)

	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".walk.ts")
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			found := newWalkWorld(platform, zone.URL)
			if name == firstRunWalk {
				first := startFirstRun(t, platform)
				found.URL, found.OperatorToken, found.Code = first.url, "", first.operatorCode(t)
			}

			world, err := json.Marshal(found)
			require.NoError(t, err)

			command := exec.CommandContext(t.Context(), node, filepath.Join(web, "walks", "run.ts"), file)
			command.Dir = web
			command.Env = append(os.Environ(), "CHROMIUM="+browser, "WALK_WORLD="+string(world), "WALK_CLEANS=yes",
				"WALK_FAILURES="+filepath.Join(web, "..", ".task", "walks"))

			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
			t.Logf("%s", output)
		})
	}
}

// needBrowser returns the Node and the browser that the walks need, and skips the test where they, or the built dashboard, are not to be had.
func needBrowser(t *testing.T, web string) (node, browser string) {
	t.Helper()

	architecture := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if architecture == "" {
		architecture = runtime.GOARCH
	}

	node = filepath.Join(web, "node_modules", "node-linux-"+architecture, "bin", "node")
	if _, err := os.Stat(node); err != nil {
		t.Skip("npm's packages of the dashboard are not there: `go tool task test` installs them where npm's registry can be reached")
	}

	if _, err := os.Stat(filepath.Join(web, "dist", "index.html")); err != nil {
		t.Skip("the dashboard is not built: `go tool task test` builds it where npm's registry can be reached")
	}

	if browser = os.Getenv("ZEITWORK_TEST_CHROMIUM"); browser == "" {
		t.Skip("ZEITWORK_TEST_CHROMIUM is not set: run the tests through `go tool task test`, which installs Debian's Chromium")
	}

	return node, browser
}

// changeZone puts the records of a query in the place of all that a name has in the DNS that the platform asks.
func changeZone(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if err := shared.dns.Put(query.Get("name"), query["record"]...); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func newWalkWorld(p *platform, zone string) walkWorld {
	github := shared.platform.GitHub()
	word := id.New().String()[24:]
	world := walkWorld{
		URL: p.apiURL, GitHub: shared.platform.GitHubURL(), User: "walker-" + word, Other: "other-" + word, Account: "walkers-" + word, OperatorToken: p.token,
		DNS: zone, Pull: "Paint it <i>red</i>",
	}

	github.AddUser(world.User)
	github.AddUser(world.Other)
	github.AddOrganization(world.Account, world.User)

	repositories := map[string]app{
		"shop": {
			"package.json": `{"name": "shop", "scripts": {"start": "node server.js"}}`,
			"server.js":    shopServer,
			".env.example": "# Where payments go\nPAYMENT_KEY=\nGREETING=hello\n",
		},
		"broken": {"Dockerfile": "FROM node:24\nRUN echo one && echo '\\033[31mthis is red\\033[0m' && exit 3\n"},
		"slow":   {"Dockerfile": "FROM node:24\nRUN sleep 120\n"},
		"site": {
			"Dockerfile": strings.Replace(dockerfile, "server.js", "server.js site.txt", 1),
			"server.js":  siteServer,
			"site.txt":   "one",
		},
	}

	made := map[string]int64{}

	for name, files := range repositories {
		made[name] = github.AddRepository(fakegithub.Repository{Owner: world.Account, Name: name, Private: true, Description: "For the walks"})
		github.Push(made[name], "main", fakegithub.Commit{Message: "Begin", Files: fakegithub.Text(files)})
	}

	fork := github.Fork(made["site"], world.Other)
	github.Push(fork, "paint", fakegithub.Commit{Message: "Paint", Files: fakegithub.Text(app{"site.txt": "painted"})})
	github.OpenPull(made["site"], fakegithub.Pull{Title: world.Pull, Head: "paint", HeadRepository: fork})

	return world
}
