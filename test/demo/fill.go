package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/test/trial"
)

// world is what the demo has made.
type world struct {
	platform     *rig.Platform
	owner        *member
	organisation client.Organisation
	// repositories are GitHub's ids by name; projects are named like their repositories.
	repositories map[string]int64
	projects     map[string]client.Project
}

// fill makes everything that comes about as it does for everybody: it signs people in, makes their organisation and its projects, and deploys.
func fill(ctx context.Context, p *rig.Platform) (*world, error) {
	w := &world{platform: p, repositories: map[string]int64{}, projects: map[string]client.Project{}}

	for _, part := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"people", w.gather},
		{"projects", w.makeProjects},
		{"settings", w.set},
		{"first deployments", w.deployFirst},
		{"pull requests and pushes", w.deployMore},
		{"what is under way", w.leaveUnderWay},
	} {
		trial.Say("demo", part.name)

		if err := part.do(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}

	return w, nil
}

// gather signs the people in, and has them meet in one organisation, which is connected to their account on GitHub.
func (w *world) gather(ctx context.Context) (err error) {
	if w.owner, err = signIn(ctx, w.platform, ada); err != nil {
		return err
	}

	if err := w.owner.call(ctx, http.MethodPost, "/v1/organisations", client.CreateOrganisationInputBody{Name: "Acme"}, &w.organisation); err != nil {
		return err
	}

	for login, role := range map[string]client.CreateInvitationInputBodyRole{
		grace: client.CreateInvitationInputBodyRoleDeveloper, alan: client.CreateInvitationInputBodyRoleDeveloper,
		lin: client.CreateInvitationInputBodyRoleViewer,
	} {
		if err := w.invite(ctx, login, role); err != nil {
			return err
		}
	}

	operator, err := w.platform.API.SetOperatorWithResponse(ctx, w.owner.id, client.SetOperatorInputBody{Operator: true})
	if err != nil || operator.StatusCode() >= http.StatusMultipleChoices {
		return rig.Failed("make "+ada+" an operator", err, lo.FromPtr(operator).Body)
	}

	return w.connect(ctx)
}

// invite invites somebody by the login at GitHub. All but lin accept.
func (w *world) invite(ctx context.Context, login string, role client.CreateInvitationInputBodyRole) error {
	var invitation client.Invitation

	body := client.CreateInvitationInputBody{GithubLogin: &login, Role: role}
	if err := w.owner.call(ctx, http.MethodPost, w.path("/invitations"), body, &invitation); err != nil || login == lin {
		return err
	}

	invited, err := signIn(ctx, w.platform, login)
	if err != nil {
		return err
	}

	return invited.call(ctx, http.MethodPost, "/v1/invitations/"+invitation.ID.String()+"/accept", nil, nil)
}

// connect installs the App on the account and finds its repositories.
func (w *world) connect(ctx context.Context) error {
	var way struct {
		URL string `json:"url"`
	}

	if err := w.owner.call(ctx, http.MethodPost, w.path("/github/connections"), client.ConnectGitHubInputBody{}, &way); err != nil {
		return err
	}

	if err := w.owner.press(ctx, way.URL, []string{"Install the GitHub App, or choose its repositories", "Install", "Authorize"}); err != nil {
		return err
	}

	var found struct {
		Items []client.GitHubRepository `json:"items"`
	}

	if err := w.owner.call(ctx, http.MethodGet, w.path("/github/repositories"), nil, &found); err != nil {
		return err
	}

	for _, r := range found.Items {
		w.repositories[r.FullName[len(account)+1:]] = r.ID
	}

	return nil
}

// path is below the organisation.
func (w *world) path(rest string) string {
	return "/v1/organisations/" + w.organisation.ID.String() + rest
}
