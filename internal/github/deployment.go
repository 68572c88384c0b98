package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/go-github/v66/github"
)

// Deployment is a note on GitHub that a commit is put somewhere.
type Deployment struct {
	// Key is the caller's own name for it, by which an earlier attempt's deployment is found: its id.
	Key         string
	Commit      string
	Environment string
	Description string
	// IsTransient tells of an environment that ends, IsProduction of one that users see.
	IsTransient, IsProduction bool
}

// payload is what a deployment carries for whoever made it.
type payload struct {
	Key string `json:"zeitwork_deployment"`
}

func writeDeployments() Permissions { return Permissions{"deployments": "write"} }

// EnsureDeployment makes a deployment, unless an earlier call with its key has, and returns GitHub's id of it.
func (i *Installation) EnsureDeployment(ctx context.Context, repository int64, d Deployment) (int64, error) {
	asker := i.one(repository, writeDeployments())
	path := fmt.Sprintf("repositories/%d/deployments", repository)

	// The commit and the environment narrow the list down to a few.
	narrowed := fmt.Sprintf("%s?sha=%s&environment=%s", path, escapeQuery(d.Commit), escapeQuery(d.Environment))

	known, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Deployment, *github.Response, error) {
		return read[[]*github.Deployment](ctx, asker, narrowed, options)
	})
	if err != nil {
		return 0, i.explain(err)
	}

	for _, one := range known {
		p := payload{}
		if json.Unmarshal(one.Payload, &p) == nil && p.Key == d.Key {
			return one.GetID(), nil
		}
	}

	made, err := send[github.Deployment](ctx, asker, http.MethodPost, path, &github.DeploymentRequest{
		Ref: &d.Commit, Environment: &d.Environment, Description: new(shorten(d.Description)), Payload: payload{Key: d.Key},
		// GitHub would merge the default branch into others, and refuse a commit of which any check has failed.
		AutoMerge: new(false), RequiredContexts: &[]string{}, TransientEnvironment: &d.IsTransient, ProductionEnvironment: &d.IsProduction,
	})

	return made.GetID(), i.explain(err)
}

// DeploymentState is how far a deployment is.
type DeploymentState struct {
	State       State
	Description string
	// URL is where the app answers, LogURL where what was done is told.
	URL, LogURL string
}

// SetDeploymentState says how far a deployment is, unless that is what was last said of it.
func (i *Installation) SetDeploymentState(ctx context.Context, repository, deployment int64, state DeploymentState) error {
	asker := i.one(repository, writeDeployments())
	path := fmt.Sprintf("repositories/%d/deployments/%d/statuses", repository, deployment)

	latest, err := send[[]*github.DeploymentStatus](ctx, asker, http.MethodGet, path+"?per_page=1", nil)
	if err != nil {
		return i.explain(err)
	}

	description := shorten(state.Description)

	if len(latest) > 0 && latest[0].GetState() == string(state.State) && latest[0].GetDescription() == description &&
		latest[0].GetEnvironmentURL() == state.URL && latest[0].GetLogURL() == state.LogURL {
		return nil
	}

	_, err = send[github.DeploymentStatus](ctx, asker, http.MethodPost, path, &github.DeploymentStatusRequest{
		State: new(string(state.State)), Description: &description, EnvironmentURL: &state.URL, LogURL: &state.LogURL,
		// What the environment had before is over once this one succeeds.
		AutoInactive: new(state.State == Success),
	})

	return i.explain(err)
}
