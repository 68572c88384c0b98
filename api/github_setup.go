package api

import (
	"context"
	"errors"

	"github.com/zeitwork/zeitwork/database/githubapp"
)

// GitHubSetupInput asks how GitHub is set up for an organisation.
type GitHubSetupInput struct{ OrganisationPath }

// GitHubSetupOutput is how GitHub is set up.
type GitHubSetupOutput struct {
	Body struct {
		Ready bool   `doc:"Whether the platform has a GitHub App. Where it has none an operator makes one, on app_page." json:"ready"`
		URL   string `doc:"Where GitHub is." example:"https://github.com" json:"url"`

		AppPage string `doc:"The page on which operators make the platform's GitHub App." json:"app_page"`
	}
}

func (s *service) getGitHub(ctx context.Context, _ *GitHubSetupInput) (*GitHubSetupOutput, error) {
	output := &GitHubSetupOutput{}
	output.Body.URL, output.Body.AppPage = s.apps.Client().URL(), s.config.AppPage()

	_, err := s.apps.Current(ctx)
	output.Body.Ready = err == nil

	if errors.Is(err, githubapp.ErrNone) {
		err = nil
	}

	return output, err
}
