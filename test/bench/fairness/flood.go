package fairness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// How much of everything the flood is.
const (
	floodBuilds = 10
	// floodedBuilds is how many of them an organisation may have under way, as the platform gives by itself.
	floodedBuilds = 2
	floodRemotes  = 500
	floodStreams  = 1000
)

// Each build computes for a quarter of a minute on one processor; the commit in its text makes it another build each time.
const floodDockerfile = `FROM node:22-slim
COPY change .
RUN node -e "const end = Date.now() + 15000; while (Date.now() < end);"
CMD ["node", "-e", "require('node:http').createServer((_, r) => r.end('flood')).listen(process.env.PORT)"]
`

// The app writes 32 MB of log a second, in lines of a kilobyte, and answers its health check.
const floodApp = `const http = require("node:http");
const lines = ("x".repeat(1023) + "\n").repeat(320);
http.createServer((_, r) => r.end("flood")).listen(process.env.PORT);
setInterval(() => process.stdout.write(lines), 10);
`

// flood has an organisation of its own do all it can until stop is called, which waits for the end.
func flood(ctx context.Context, started *rig.Platform, dir string) (stop func() error, err error) {
	made, err := started.API.CreateOrganisationWithResponse(ctx, nil, client.CreateOrganisationInputBody{Name: "Flood"})
	if err != nil || made.JSON201 == nil {
		return nil, rig.Failed("make the organisation that floods", err, lo.FromPtr(made).Body)
	}

	ctx, cancel := context.WithCancel(ctx)
	f := &flooding{platform: started, organisation: made.JSON201.ID, dir: dir}

	stop = func() error {
		cancel()
		f.group.Wait()

		return nil
	}

	if err := errors.Join(f.remotes(ctx), f.builds(ctx), f.logs(ctx)); err != nil {
		return nil, errors.Join(err, stop())
	}

	return stop, nil
}

type flooding struct {
	platform     *rig.Platform
	organisation uuid.UUID
	dir          string
	group        sync.WaitGroup
}

// project makes a project of the organisation whose repository has these files.
func (f *flooding) project(ctx context.Context, name string, files map[string]string) (client.Project, *rig.Repository, error) {
	repository, err := rig.NewRepository(ctx, filepath.Join(f.dir, name))
	if err != nil {
		return client.Project{}, nil, err
	}

	for file, content := range files {
		if err := os.WriteFile(filepath.Join(repository.Dir, file), []byte(content), 0o600); err != nil {
			return client.Project{}, nil, fmt.Errorf("write a file of the flood: %w", err)
		}
	}

	if _, err := repository.Commit(ctx); err != nil {
		return client.Project{}, nil, err
	}

	project, err := f.platform.NewProject(ctx, client.CreateProjectInputBody{
		Name: name, RepositoryURL: repository.URL(), OrganisationID: &f.organisation,
	}, nil)

	return project, repository, err
}

// builds deploys projects whose builds compute, again and again.
func (f *flooding) builds(ctx context.Context) error {
	for i := range floodBuilds {
		project, repository, err := f.project(ctx, fmt.Sprintf("build-%d", i), map[string]string{"Dockerfile": floodDockerfile, "change": ""})
		if err != nil {
			return err
		}

		f.group.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				err := os.WriteFile(filepath.Join(repository.Dir, "change"), fmt.Append(nil, round), 0o600)
				if err == nil {
					_, err = repository.Commit(ctx)
				}

				if err == nil {
					_, err = f.platform.Deploy(ctx, project.ID)
				}

				if err != nil && ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "flood:", err)
				}
			}
		})
	}

	return nil
}

// logs runs the app that writes, and has many clients follow what it writes.
func (f *flooding) logs(ctx context.Context) error {
	project, _, err := f.project(ctx, "log", map[string]string{
		"Dockerfile": "FROM node:22-slim\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n", "server.js": floodApp,
	})
	if err != nil {
		return err
	}

	live, err := f.platform.Deploy(ctx, project.ID)
	if err != nil {
		return err
	}

	if live.State != client.DeploymentStateLive {
		return fmt.Errorf("the app that writes is %s: %s", live.State, lo.FromPtr(live.Error).Message)
	}

	for range floodStreams {
		f.group.Go(func() {
			response, err := f.platform.API.StreamRuntimeLogs(ctx, live.ID, nil)
			if err != nil {
				return
			}
			defer func() { _ = response.Body.Close() }()

			_, _ = io.Copy(io.Discard, response.Body)
		})
	}

	return nil
}

// remotes makes projects that are polled and whose repositories accept connections and never answer.
func (f *flooding) remotes(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the polls: %w", err)
	}

	context.AfterFunc(ctx, func() { _ = listener.Close() })

	f.group.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}

			context.AfterFunc(ctx, func() { _ = connection.Close() })
		}
	})

	for i := range floodRemotes {
		made, err := f.platform.API.CreateProjectWithResponse(ctx, nil, client.CreateProjectInputBody{
			Name: fmt.Sprintf("remote-%d", i), RepositoryURL: fmt.Sprintf("http://%s/%d.git", listener.Addr(), i), OrganisationID: &f.organisation,
		})
		if err != nil || made.JSON201 == nil {
			return rig.Failed("make a project whose repository never answers", err, lo.FromPtr(made).Body)
		}
	}

	return nil
}
