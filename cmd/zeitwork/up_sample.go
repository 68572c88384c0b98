package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/examples"
	"github.com/zeitwork/zeitwork/internal/liveline"
	"github.com/zeitwork/zeitwork/local/cluster"
)

const sampleName = "node-dockerfile"

func sampleDir(dataDir string) string { return filepath.Join(dataDir, "sample", sampleName) }

// deploySample deploys the sample, unless it is live already, and returns its URL once it has answered through the edge.
func deploySample(ctx context.Context, started *cluster.Cluster, dataDir string, report *report) (string, error) {
	dir := sampleDir(dataDir)

	commit, err := makeSampleRepository(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("make the sample's repository: %w", err)
	}

	api, err := cli.Connect(started.APIURL(), started.UserToken())
	if err != nil {
		return "", err
	}

	project, err := sampleProject(ctx, api, "file://"+dir)
	if err != nil {
		return "", err
	}

	if project.LiveDeploymentID == nil {
		if err := deployCommit(ctx, api, project, commit, report); err != nil {
			return "", err
		}
	}

	report.progress("sample", "waiting for its answer on "+project.URL)

	return project.URL, waitForAnswer(ctx, started.EdgeURL(), project.URL)
}

// makeSampleRepository writes the sample into a git repository at the first start. Later starts leave it as the user has changed it.
func makeSampleRepository(ctx context.Context, dir string) (string, error) {
	if _, err := os.Stat(filepath.Join(dir, ".git")); errors.Is(err, fs.ErrNotExist) {
		source, err := fs.Sub(examples.NodeDockerfile, sampleName)
		if err != nil {
			return "", err
		}

		// The folder is the rest of a start that was killed: without a repository it holds nothing of the user's.
		if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, source)); err != nil {
			return "", err
		}

		for _, arguments := range [][]string{
			{"init", "--quiet", "--initial-branch=main"},
			{"add", "--all"},
			{"-c", "user.name=Zeitwork", "-c", "user.email=sample@localhost", "commit", "--quiet", "--message=The sample"},
		} {
			if _, err := git(ctx, dir, arguments...); err != nil {
				return "", errors.Join(err, os.RemoveAll(filepath.Join(dir, ".git")))
			}
		}
	}

	return git(ctx, dir, "rev-parse", "main")
}

func git(ctx context.Context, dir string, arguments ...string) (string, error) {
	output, err := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, arguments...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", arguments[0], err, output)
	}

	return strings.TrimSpace(string(output)), nil
}

func sampleProject(ctx context.Context, api *cli.API, repository string) (*client.Project, error) {
	slug := "sample"

	found, err := api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{Slug: &slug})
	if err != nil {
		return nil, fmt.Errorf("look for the sample's project: %w", err)
	}

	if found.JSON200 == nil {
		return nil, fmt.Errorf("look for the sample's project: %s", found.Body)
	}

	if len(found.JSON200.Items) > 0 {
		return &found.JSON200.Items[0], nil
	}

	created, err := api.CreateProjectWithResponse(ctx, &client.CreateProjectParams{},
		client.CreateProjectInputBody{Name: "Sample", Slug: &slug, RepositoryURL: repository})
	if err != nil {
		return nil, fmt.Errorf("make the sample's project: %w", err)
	}

	if created.JSON201 == nil {
		return nil, fmt.Errorf("make the sample's project: %s", created.Body)
	}

	return created.JSON201, nil
}

func deployCommit(ctx context.Context, api *cli.API, project *client.Project, commit string, report *report) error {
	report.milestonef("deploying the sample")

	created, err := api.CreateDeploymentWithResponse(ctx, project.ID, &client.CreateDeploymentParams{}, client.CreateDeploymentInputBody{Commit: &commit})
	if err != nil {
		return fmt.Errorf("deploy the sample: %w", err)
	}

	if created.JSON201 == nil {
		return fmt.Errorf("deploy the sample: %s", created.Body)
	}

	ended, err := cli.Watch(ctx, api, created.JSON201.ID, cli.NewProgress(liveline.New(report, nil)))
	if err != nil {
		return err
	}

	return cli.Outcome(ended)
}

// waitForAnswer returns nil once the hostname of address answers with 200 at the edge.
func waitForAnswer(ctx context.Context, edge, address string) error {
	const (
		patience = time.Minute
		pause    = 50 * time.Millisecond
	)

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	parsed, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("read the sample's URL: %w", err)
	}

	for {
		status, err := ask(ctx, edge, parsed.Host)
		if err == nil && status == http.StatusOK {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer with 200 but with %d: %w", address, status, errors.Join(err, ctx.Err()))
		case <-time.After(pause):
		}
	}
}

func ask(ctx context.Context, edge, host string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, edge+"/", nil)
	if err != nil {
		return 0, fmt.Errorf("ask the edge: %w", err)
	}

	request.Host = host

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask the edge: %w", err)
	}

	return response.StatusCode, response.Body.Close()
}
