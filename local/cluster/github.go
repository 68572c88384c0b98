package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/zeitwork/zeitwork/local/fakegithub"
)

// demoGitHub is the stand-in for GitHub of a local platform. It runs in this process and keeps what it has in the data directory.
type demoGitHub struct {
	server *fakegithub.Server
	app    fakegithub.App
	url    string
	folder string
	// changed tells that a request may have changed something since the last save.
	changed atomic.Bool
}

// saveEvery is how often what has changed is written. A platform that is killed loses no more than that.
const saveEvery = time.Second

// Where the API takes browsers back that GitHub sends.
const (
	signInCallback    = "/v1/auth/callback"
	connectCallback   = "/v1/github/connected"
	installedCallback = "/v1/github/installed"
)

// DemoApp is the name of the App that a local platform has on its demo GitHub.
const DemoApp = "Zeitwork on this machine"

// GitHub is the demo GitHub of a cluster whose options ask for one; nil otherwise.
func (c *Cluster) GitHub() *fakegithub.Server {
	if c.github == nil {
		return nil
	}

	return c.github.server
}

// GitHubURL is where the demo GitHub answers; empty without one.
func (c *Cluster) GitHubURL() string {
	if c.options.SeedGitHub == nil {
		return ""
	}

	return fmt.Sprintf("http://127.0.0.1:%d", c.options.Ports.GitHub)
}

// startGitHub starts the demo GitHub. The first start fills it.
func (c *Cluster) startGitHub(ctx context.Context) error {
	if c.options.SeedGitHub == nil {
		return c.writeAppKey(c.options.GitHub.PrivateKey)
	}

	c.options.Progress("github", "starting")

	github := &demoGitHub{url: c.GitHubURL(), folder: c.dir("github")}
	if err := os.MkdirAll(filepath.Join(github.folder, "repositories"), 0o700); err != nil {
		return fmt.Errorf("make the directory of the demo GitHub: %w", err)
	}

	server, err := fakegithub.New(fakegithub.Options{Directory: filepath.Join(github.folder, "repositories")})
	if err != nil {
		return err
	}

	github.server = server

	if err := github.fill(c.options.SeedGitHub, c.APIURL()); err != nil {
		return err
	}

	c.github = github

	return errors.Join(c.writeAppKey(github.app.PrivateKey), c.serveGitHub(ctx))
}

// writeAppKey writes the App's private key for api and workers, which read it from a file; nothing for a platform without an App.
func (c *Cluster) writeAppKey(key string) error {
	if key == "" {
		return nil
	}

	return writePrivate(c.appKeyFile(), []byte(key))
}

func (c *Cluster) appKeyFile() string { return c.dir("github-app.pem") }

// fill gives the server what an earlier start has saved, or else what a new one begins with, and the App the URLs of this platform.
func (g *demoGitHub) fill(seed func(*fakegithub.Server) error, apiURL string) error {
	wasThere, err := g.server.Load(g.stateFile())
	if err != nil {
		return err
	}

	if !wasThere {
		if err := seed(g.server); err != nil {
			return fmt.Errorf("fill the demo GitHub: %w", err)
		}
	}

	manifest := fakegithub.Manifest{
		Name: DemoApp, URL: apiURL, Description: "Deploys what is pushed.", Public: true, SetupOnUpdate: true,
		CallbackURLs: []string{apiURL + signInCallback, apiURL + connectCallback}, SetupURL: apiURL + installedCallback,
		DefaultPermissions: map[string]string{
			"contents": "read", "statuses": "write", "deployments": "write", "pull_requests": "write", "members": "read", "emails": "read",
		},
	}

	if g.app, err = g.server.EnsureApp(manifest); err != nil {
		return err
	}

	return g.server.Save(g.stateFile())
}

func (g *demoGitHub) stateFile() string { return filepath.Join(g.folder, "state.json") }

// serveGitHub answers until the cluster stops, and saves what changes.
func (c *Cluster) serveGitHub(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.options.Ports.GitHub)))
	if err != nil {
		return fmt.Errorf("listen for the demo GitHub: %w", err)
	}

	const headerTimeout = 10 * time.Second

	server := &http.Server{Handler: c.github, ReadHeaderTimeout: headerTimeout}

	c.watchers.Go(func() { _ = server.Serve(listener) })
	c.watchers.Go(func() {
		c.github.keep(c.lifetime)

		_ = server.Close()
	})
	c.later(func(context.Context) error { return c.github.server.Save(c.github.stateFile()) })

	return nil
}

// ServeHTTP answers, and notes what may have changed something.
func (g *demoGitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.server.ServeHTTP(w, r)

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		g.changed.Store(true)
	}
}

// keep saves what has changed until the context ends.
func (g *demoGitHub) keep(ctx context.Context) {
	ticker := time.NewTicker(saveEvery)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// What could not be written is written by the next save; Stop says why where that fails too.
			if g.changed.Swap(false) && g.server.Save(g.stateFile()) != nil {
				g.changed.Store(true)
			}
		}
	}
}

// githubEnviron are the variables by which api and workers know GitHub and the platform's App there.
func (c *Cluster) githubEnviron() []string {
	known := c.options.GitHub

	if c.github != nil {
		known = GitHub{URL: c.github.url, APIURL: c.github.url + "/api/v3", AppID: c.github.app.ID, ClientSecret: c.github.app.ClientSecret}
	}

	var environ []string

	if known.URL != "" {
		environ = append(environ, "ZEITWORK_GITHUB_URL="+known.URL, "ZEITWORK_GITHUB_API_URL="+known.APIURL)
	}

	if known.AppID != 0 {
		environ = append(environ, fmt.Sprintf("ZEITWORK_GITHUB_APP_ID=%d", known.AppID), "ZEITWORK_GITHUB_APP_CLIENT_SECRET="+known.ClientSecret,
			"ZEITWORK_GITHUB_APP_PRIVATE_KEY="+c.appKeyFile())
	}

	return environ
}
