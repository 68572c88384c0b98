package fairness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// How much of everything the flood is.
const (
	floodBuilds  = 10
	floodRemotes = 500
	floodStreams = 1000
	// idleMillis and logMillis are the processor time of the apps. Those that are only built get little: a full node is not what is measured.
	idleMillis, logMillis = 100, 1000
	lookPause             = 100 * time.Millisecond
	// settleTime is how long the flood rises before something is measured beside it.
	settleTime = 5 * time.Second
	// streamPause is how long a client waits whose stream was refused or has ended.
	streamPause = 5 * time.Second
)

// Each build computes for a quarter of a minute on one processor; what is copied makes it another build each time.
const floodDockerfile = `FROM node:22-slim
COPY change .
RUN node -e "const end = Date.now() + 15000; while (Date.now() < end);"
CMD ["node", "-e", "require('node:http').createServer((_, r) => r.end('flood')).listen(process.env.PORT)"]
`

// The app writes 32 MB of log a second, in lines of a kilobyte, while it is asked to, and answers its health check.
const floodApp = `const http = require("node:http");
const lines = ("x".repeat(1023) + "\n").repeat(320);
let writing = false;
http.createServer((request, response) => {
  if (request.url === "/write") writing = true;
  if (request.url === "/pause") writing = false;
  response.end("flood");
}).listen(process.env.PORT);
setInterval(() => writing && process.stdout.write(lines), 10);
`

// flood is an organisation that does all it can while it is run.
type flood struct {
	platform *rig.Platform
	dir      string
	builds   []floodProject
	log      floodProject
	logging  uuid.UUID // The deployment that writes.
	remotes  []uuid.UUID
	refused  atomic.Int64 // Streams, as their user had enough of them.
}

type floodProject struct {
	client.Project

	repository *rig.Repository
}

func newFlood(ctx context.Context, started *rig.Platform, dir string) (*flood, error) {
	platform, err := as(ctx, started, "flood@example.com")
	if err != nil {
		return nil, err
	}

	f := &flood{platform: platform, dir: dir}

	return f, errors.Join(f.makeRemotes(ctx), f.makeBuilds(ctx), f.makeLog(ctx))
}

// project makes a project whose repository has these files.
func (f *flood) project(ctx context.Context, name string, cpuMillis int64, files map[string]string) (floodProject, error) {
	repository, err := rig.NewRepository(ctx, filepath.Join(f.dir, name))
	if err != nil {
		return floodProject{}, err
	}

	for file, content := range files {
		if err := os.WriteFile(filepath.Join(repository.Dir, file), []byte(content), 0o600); err != nil {
			return floodProject{}, fmt.Errorf("write a file of the flood: %w", err)
		}
	}

	if _, err := repository.Commit(ctx); err != nil {
		return floodProject{}, err
	}

	project, err := f.platform.NewProject(ctx, client.CreateProjectInputBody{
		Name: name, RepositoryURL: repository.URL(), CPUMillis: &cpuMillis,
	}, nil)

	return floodProject{project, repository}, err
}

func (f *flood) makeBuilds(ctx context.Context) error {
	for i := range floodBuilds {
		project, err := f.project(ctx, fmt.Sprintf("build-%d", i), idleMillis, map[string]string{"Dockerfile": floodDockerfile, "change": ""})
		if err != nil {
			return err
		}

		f.builds = append(f.builds, project)
	}

	return nil
}

// makeLog makes the app that writes, and deploys it.
func (f *flood) makeLog(ctx context.Context) (err error) {
	f.log, err = f.project(ctx, "log", logMillis, map[string]string{
		"Dockerfile": "FROM node:22-slim\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n", "server.js": floodApp,
	})
	if err != nil {
		return err
	}

	live, err := f.platform.Deploy(ctx, f.log.ID)
	if err != nil {
		return err
	}

	if live.State != client.DeploymentStateLive {
		return fmt.Errorf("the app that writes is %s: %s", live.State, lo.FromPtr(live.Error).Message)
	}

	f.logging = live.ID

	return nil
}

// makeRemotes makes projects whose repositories accept connections and never answer. They are polled while the flood runs.
func (f *flood) makeRemotes(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the polls: %w", err)
	}

	context.AfterFunc(ctx, func() { _ = listener.Close() })

	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			context.AfterFunc(ctx, func() { _ = connection.Close() })
		}
	}()

	for i := range floodRemotes {
		made, err := f.platform.NewProject(ctx, client.CreateProjectInputBody{
			Name: fmt.Sprintf("remote-%d", i), RepositoryURL: fmt.Sprintf("http://%s/%d.git", listener.Addr(), i),
		}, nil)
		if err != nil {
			return err
		}

		f.remotes = append(f.remotes, made.ID)
	}

	return nil
}

// run floods until stop is called, which waits until nothing of it is left.
func (f *flood) run(ctx context.Context) (stop func() error, err error) {
	flooding, cancel := context.WithCancel(ctx)

	var (
		group sync.WaitGroup
		began atomic.Int64
	)

	stop = func() error {
		cancel()
		group.Wait()

		return errors.Join(f.write(ctx, "/pause"), f.poll(ctx, false))
	}

	if err := errors.Join(f.poll(ctx, true), f.write(ctx, "/write")); err != nil {
		return nil, errors.Join(err, stop())
	}

	for _, project := range f.builds {
		group.Go(func() { f.build(flooding, project, &began) })
	}

	for range floodStreams {
		group.Go(func() { f.follow(flooding) })
	}

	// Builds of the flood run by the time that the first deployment beside it begins.
	for began.Load() < floodBuilds {
		if err := rig.Sleep(ctx, lookPause); err != nil {
			return nil, errors.Join(err, stop())
		}
	}

	return stop, rig.Sleep(ctx, settleTime)
}

// poll has the remotes polled or not. It waits where the flood has used up what its user may ask.
func (f *flood) poll(ctx context.Context, polled bool) error {
	for _, remote := range f.remotes {
		answer, err := f.platform.API.UpdateProjectWithResponse(ctx, remote, client.ProjectUpdate{AutoDeploy: &polled})
		for err == nil && answer.StatusCode() == http.StatusTooManyRequests {
			if err := rig.Sleep(ctx, time.Second); err != nil {
				return err
			}

			answer, err = f.platform.API.UpdateProjectWithResponse(ctx, remote, client.ProjectUpdate{AutoDeploy: &polled})
		}

		if err != nil || answer.JSON200 == nil {
			return rig.Failed("have a repository polled", err, lo.FromPtr(answer).Body)
		}
	}

	return nil
}

// write has the app write or not.
func (f *flood) write(ctx context.Context, path string) error {
	edge := rig.Transport{Host: strings.TrimPrefix(f.log.URL, "http://")}
	_, err := edge.Ask(ctx, http.MethodGet, f.platform.EdgeURL()+path, nil)

	return err
}

// build deploys a project again and again, and cancels the last deployment.
func (f *flood) build(ctx context.Context, project floodProject, began *atomic.Int64) {
	for round := 0; ctx.Err() == nil; round++ {
		err := os.WriteFile(filepath.Join(project.repository.Dir, "change"), fmt.Append(nil, time.Now()), 0o600)
		if err == nil {
			_, err = project.repository.Commit(ctx)
		}

		if round == 0 {
			began.Add(1)
		}

		if err == nil {
			err = f.deploy(ctx, project.ID)
		}

		if err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "flood:", err)
		}
	}

	ctx = context.WithoutCancel(ctx)

	newest, err := f.platform.API.ListDeploymentsWithResponse(ctx, project.ID, &client.ListDeploymentsParams{Limit: new(int64(1))})
	if err == nil && newest.JSON200 != nil && len(newest.JSON200.Items) > 0 {
		_, err = f.platform.API.CancelDeploymentWithResponse(ctx, newest.JSON200.Items[0].ID)
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, "flood: cancel:", err)
	}
}

// deploy deploys a project and returns when the deployment has ended or is live. It looks every second, as the flood is what is deployed and not who looks.
func (f *flood) deploy(ctx context.Context, project uuid.UUID) error {
	created, err := f.platform.API.CreateDeploymentWithResponse(ctx, project, nil, client.CreateDeploymentInputBody{})
	if err != nil || created.JSON201 == nil {
		return rig.Failed("create a deployment of the flood", err, lo.FromPtr(created).Body)
	}

	for {
		if err := rig.Sleep(ctx, time.Second); err != nil {
			return err
		}

		shown, err := f.platform.API.GetDeploymentWithResponse(ctx, created.JSON201.ID)
		if err == nil && shown.JSON200 != nil && shown.JSON200.State != client.DeploymentStateQueued && shown.JSON200.State != client.DeploymentStateDeploying {
			return nil
		}
	}
}

// follow follows the log of the app that writes, and tries again when it is refused.
func (f *flood) follow(ctx context.Context) {
	for ctx.Err() == nil {
		response, err := f.platform.API.StreamRuntimeLogs(ctx, f.logging, nil)
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()

			f.refused.Add(int64(lo.Ternary(response.StatusCode == http.StatusOK, 0, 1)))
		}

		_ = rig.Sleep(ctx, streamPause)
	}
}
