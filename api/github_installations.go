package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// The states of an installation.
const (
	installationActive    = "active"
	installationSuspended = "suspended"
	installationRemoved   = "removed"
)

func (s *service) listGitHubInstallations(ctx context.Context, input *ListGitHubInstallationsInput) (*PageOutput[GitHubInstallation], error) {
	after, err := input.after()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListInstallationsOf(ctx, organisationOf(ctx), after, input.rows())
	if err != nil {
		return nil, err
	}

	found, err := lo.MapErr(rows, func(row database.GithubInstallation, _ int) (GitHubInstallation, error) { return newInstallation(row) })
	if err != nil {
		return nil, err
	}

	return page(input.PageInput, found,
		func(i GitHubInstallation) GitHubInstallation { return i }, func(i GitHubInstallation) uuid.UUID { return i.ID }), nil
}

// deleteGitHubInstallation takes an account away from the organisation. What is installed on GitHub stays.
func (s *service) deleteGitHubInstallation(ctx context.Context, input *GitHubInstallationPath) (*struct{}, error) {
	return nil, s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := hold(ctx, queries); err != nil {
			return err
		}

		untied, err := queries.UntieInstallation(ctx, input.InstallationID, organisationOf(ctx))
		if untied, err = found(untied, err, "installation of the GitHub App"); err != nil {
			return err
		}

		return audit(ctx, queries, installationEvent("github_installation.disconnect", untied))
	})
}

// startConnection answers with the page on which an account is connected: GitHub has to be visited by a browser.
func (s *service) startConnection(ctx context.Context, input *ConnectGitHubInput) (*ConnectGitHubOutput, error) {
	if _, err := s.apps.Current(ctx); err != nil {
		return nil, err
	}

	parameters := url.Values{organisationField: {organisationOf(ctx).String()}}
	if input.Body.Account != "" {
		parameters.Set("account", input.Body.Account)
	}

	output := &ConnectGitHubOutput{}
	output.Body.URL = s.config.at(connectPath) + "?" + parameters.Encode()

	return output, nil
}

func newInstallation(row database.GithubInstallation) (GitHubInstallation, error) {
	installation := GitHubInstallation{
		ID: row.ID, Account: row.AccountLogin, AccountKind: row.AccountKind, HasAll: row.HasAll, SettingsURL: row.SettingsURL,
		State: stateOfInstallation(row.SuspendedAt, row.RemovedAt), CheckedAt: row.CheckedAt, ConnectedAt: row.TiedAt,
	}
	installation.Problem = installationProblem(installation.State, row.AccountLogin)

	if err := json.Unmarshal(row.Permissions, &installation.Permissions); err != nil {
		return installation, fmt.Errorf("read the permissions of installation %s: %w", row.ID, err)
	}

	return installation, nil
}

func stateOfInstallation(suspended, removed *time.Time) string {
	switch {
	case removed != nil:
		return installationRemoved
	case suspended != nil:
		return installationSuspended
	default:
		return installationActive
	}
}

// installationProblem says what a state means for those who use the installation; nothing for one that is well.
func installationProblem(state, account string) string {
	switch state {
	case installationRemoved:
		return fmt.Sprintf("The GitHub App is no longer installed on %s. Install it again and connect the account: zeitwork github connect.", account)
	case installationSuspended:
		return fmt.Sprintf("The installation of the GitHub App on %s is suspended on GitHub. Somebody who administers the account can unsuspend it in the "+
			"settings of the installation.", account)
	default:
		return ""
	}
}

func installationEvent(action string, row database.GithubInstallation) AuditEvent {
	return AuditEvent{
		Action: action, SubjectType: "github_installation", SubjectID: row.ID,
		Details: map[string]any{"account": row.AccountLogin, "installation": row.InstallationID},
	}
}
