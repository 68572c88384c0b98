package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// checkInstallations asks GitHub how the installations are that organisations have, and notes which were removed, suspended or renamed, and what each may do.
func (w *Worker) checkInstallations(ctx context.Context, _ *river.Job[arguments]) error {
	queries := database.New(w.pool)

	tied, err := queries.ListTiedInstallations(ctx)
	if err != nil {
		return fmt.Errorf("list the installations: %w", err)
	}

	if len(tied) == 0 || w.github == nil {
		return nil
	}

	app, err := w.github.Current(ctx)
	if errors.Is(err, githubapp.ErrNone) {
		return nil
	}

	if err != nil {
		return fmt.Errorf("find the GitHub App: %w", err)
	}

	states, err := app.Installations(ctx)
	if err != nil {
		return fmt.Errorf("ask GitHub about the installations: %w", err)
	}

	known := lo.KeyBy(states, func(s github.InstallationState) int64 { return s.ID })

	for _, row := range tied {
		if err := w.checkInstallation(ctx, app, row, known); err != nil {
			w.logger.WarnContext(ctx, "could not check an installation of the GitHub App", slog.String("installation_id", row.ID.String()), logging.Error(err))
		}
	}

	return queries.TouchInstallations(ctx)
}

func (w *Worker) checkInstallation(
	ctx context.Context, app *github.App, row database.GithubInstallation, known map[int64]github.InstallationState,
) error {
	state, ok := known[row.InstallationID]
	if !ok {
		if row.RemovedAt != nil {
			return nil
		}

		// A list that changes while it is read may leave one out.
		var err error
		if state, err = app.State(ctx, row.InstallationID); err != nil {
			return w.noteInstallation(ctx, row.ID, err)
		}
	}

	permissions, err := json.Marshal(state.Permissions)
	if err != nil {
		return fmt.Errorf("write the permissions of an installation: %w", err)
	}

	if !differs(row, state) {
		return nil
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.RecordInstallation(ctx, database.RecordInstallationParams{
			ID: row.ID, AccountLogin: state.Account.Login, HasAll: state.HasAll, Permissions: permissions, SettingsURL: state.SettingsURL,
			Suspended: state.IsSuspended,
		}); err != nil {
			return fmt.Errorf("write the state of an installation: %w", err)
		}

		wasAway := row.SuspendedAt != nil || row.RemovedAt != nil

		switch {
		case state.IsSuspended && row.SuspendedAt == nil:
			return tellProjects(ctx, queries, row.ID, suspendedSentence(state.Account.Login))
		case !state.IsSuspended && wasAway:
			return tellProjects(ctx, queries, row.ID, fmt.Sprintf("The GitHub App reaches the repositories of %s again.", state.Account.Login))
		default:
			return nil
		}
	})
}

// differs tells whether GitHub has an installation otherwise than it was last seen.
func differs(row database.GithubInstallation, state github.InstallationState) bool {
	permissions := map[string]string{}
	_ = json.Unmarshal(row.Permissions, &permissions) // What cannot be read is written anew.

	return row.AccountLogin != state.Account.Login || row.HasAll != state.HasAll || row.SettingsURL != state.SettingsURL || row.RemovedAt != nil ||
		(row.SuspendedAt != nil) != state.IsSuspended || !maps.Equal(permissions, state.Permissions)
}

// noteInstallation notes what an error of GitHub's tells of an installation: that it was removed or suspended. The projects that need it are told once.
func (w *Worker) noteInstallation(ctx context.Context, installation uuid.UUID, cause error) error {
	reason := github.ReasonOf(cause)
	if reason != github.Uninstalled && reason != github.Suspended {
		return nil
	}

	return database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
		mark, sentence := queries.MarkInstallationRemoved, removedSentence
		if reason == github.Suspended {
			mark, sentence = queries.MarkInstallationSuspended, suspendedSentence
		}

		login, err := mark(ctx, installation)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("write the state of an installation: %w", err)
		}

		return tellProjects(ctx, queries, installation, sentence(login))
	})
}

func removedSentence(account string) string {
	return fmt.Sprintf("The GitHub App is no longer installed on %s: pushes are not seen and commits cannot be fetched until it is installed again and connected "+
		"to the organisation. What is live keeps running.", account)
}

func suspendedSentence(account string) string {
	return fmt.Sprintf("GitHub has suspended the installation of the GitHub App on %s: pushes are not seen and commits cannot be fetched until somebody who "+
		"administers the account unsuspends it. What is live keeps running.", account)
}

// tellProjects writes a sentence into the timelines of the projects whose repository is reached by an installation.
func tellProjects(ctx context.Context, queries *database.Queries, installation uuid.UUID, sentence string) error {
	projects, err := queries.ListInstallationProjects(ctx, installation)
	if err != nil {
		return fmt.Errorf("list the projects of an installation: %w", err)
	}

	for _, project := range projects {
		if err := recordEvent(ctx, queries, project, nil, eventRepository, sentence); err != nil {
			return err
		}
	}

	return nil
}
