package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// connectPatience is how long GitHub may take to tell what somebody administers, for which somebody waits.
	connectPatience = 25 * time.Second
	// mostAdministered bounds the accounts that GitHub is asked about.
	mostAdministered = 50
)

// administered returns the installations among the wanted ones whose account the user of the code administers: at least one. The user's token is ended
// then, and stands nowhere.
func (s *service) administered(ctx context.Context, way github.SignIn, code string, wanted connection) ([]github.InstallationState, error) {
	app, err := s.apps.Current(ctx)
	if err != nil {
		return nil, err
	}

	inTime, cancel := context.WithTimeoutCause(ctx, connectPatience,
		problem.New(problem.Unavailable, "GitHub takes too long to answer. Connect the account again in a moment."))
	defer cancel()

	token, err := app.Exchange(inTime, way, code)
	if err != nil {
		return nil, err
	}

	defer s.endUserToken(context.WithoutCancel(ctx), app, token)

	user := app.User(token.Access)

	visible, err := user.Installations(inTime)
	if err != nil {
		return nil, err
	}

	candidates := lo.Filter(visible, func(state github.InstallationState, _ int) bool { return wanted.isFor(state) })
	if len(candidates) == 0 {
		return nil, wanted.notFound()
	}

	var (
		administered []github.InstallationState
		refused      error
	)

	for _, state := range lo.Slice(candidates, 0, mostAdministered) {
		isAdmin, err := user.Administers(inTime, state.Account)

		switch {
		case github.ReasonOf(err) == github.Forbidden:
			refused = problem.Wrap(err, problem.Forbidden, "GitHub does not tell who administers %s: the GitHub App lacks the permission to read members there. "+
				"Accept its permissions in the settings of the installation.", state.Account.Login)
		case err != nil:
			return nil, err
		case isAdmin:
			administered = append(administered, state)
		default:
			refused = problem.New(problem.Forbidden, "You do not administer the account %s on GitHub. Somebody who does has to connect it.", state.Account.Login)
		}
	}

	if len(administered) == 0 {
		return nil, refused
	}

	return administered, nil
}

// isFor tells whether an installation is one that was asked for.
func (c connection) isFor(state github.InstallationState) bool {
	switch {
	case c.Installation != 0:
		return state.ID == c.Installation
	case c.Account != "":
		return strings.EqualFold(state.Account.Login, c.Account)
	default:
		return true
	}
}

func (c connection) notFound() error {
	if c.Account != "" {
		return problem.New(problem.NotFound,
			"The GitHub App is not installed on the account %s, or GitHub does not show you that it is. Install it there first.", c.Account)
	}

	return problem.New(problem.NotFound, "GitHub shows you no such installation of the GitHub App. Install it on an account that you administer.")
}

// endUserToken ends a token that is not needed any more. One that GitHub does not end is over after some hours.
func (s *service) endUserToken(ctx context.Context, app *github.App, token github.UserToken) {
	const patience = 5 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	if err := app.Revoke(ctx, token.Access); err != nil {
		s.logger.WarnContext(ctx, "GitHub has not ended the token of somebody who has connected an account", logging.Error(err))
	}
}

// tie gives an installation to the organisation, whose owner administers its account. One of another organisation stays there.
func (s *service) tie(ctx context.Context, state github.InstallationState) error {
	permissions, err := json.Marshal(state.Permissions)
	if err != nil {
		return fmt.Errorf("write the permissions of an installation: %w", err)
	}

	return s.inTx(ctx, func(queries *database.Queries) error {
		if _, err := hold(ctx, queries); err != nil {
			return err
		}

		row, err := queries.TieInstallation(ctx, database.TieInstallationParams{
			ID: id.New(), InstallationID: state.ID, AppID: state.AppID, AccountID: state.Account.ID, AccountLogin: state.Account.Login,
			AccountKind: lo.Ternary(state.Account.IsOrganization, "organization", "user"), OrganisationID: new(organisationOf(ctx)),
			TiedBy: new(callerOf(ctx).userID), HasAll: state.HasAll, Permissions: permissions, SettingsURL: state.SettingsURL, Suspended: state.IsSuspended,
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return problem.New(problem.Conflict, "The account %s is connected to another organisation already. An owner of that one has to disconnect it first.",
				state.Account.Login)
		}

		if err != nil {
			return err
		}

		if err := queries.AdoptRepositories(ctx, row.ID, organisationOf(ctx), row.AccountID); err != nil {
			return err
		}

		return audit(ctx, queries, installationEvent("github_installation.connect", row))
	})
}
