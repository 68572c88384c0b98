package workflows

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// githubTimeout bounds what is asked of GitHub for one deployment, one comment or one repository.
	githubTimeout = time.Minute
	// githubRest is how long a request that GitHub did not answer waits before it is made again, where GitHub names no time.
	githubRest = 30 * time.Second
	// longestGithubRest bounds the time that GitHub may name.
	longestGithubRest = time.Hour
)

// reach is a repository on GitHub, by an installation that has it.
type reach struct {
	installation *github.Installation
	repository   int64
}

// reach returns how a repository of github_repositories is reached. A problem says why it is not.
func (w *Worker) reach(ctx context.Context, queries *database.Queries, repository *uuid.UUID) (reach, error) {
	if w.github == nil {
		return reach{}, githubapp.ErrNone
	}

	if repository == nil {
		return reach{}, problem.New(problem.NotFound, "The project has no repository on GitHub that the platform's GitHub App reaches.")
	}

	app, err := w.github.Current(ctx)
	if err != nil {
		return reach{}, err
	}

	row, err := queries.GetRepositoryToReportTo(ctx, *repository)
	if errors.Is(err, pgx.ErrNoRows) {
		return reach{}, problem.New(problem.NotFound,
			"No installation of the GitHub App has the project's repository any more. Install the App on its account, or unsuspend it there.")
	}

	if err != nil {
		return reach{}, fmt.Errorf("read the repository: %w", err)
	}

	return reach{installation: app.Installation(row.InstallationID), repository: row.RepositoryID}, nil
}

// passes tells whether what kept GitHub from being asked may be over by itself. Anything else lasts until somebody changes something.
func passes(err error) bool {
	switch github.ReasonOf(err) {
	case github.Limited, github.Unavailable, github.Unauthorized:
		return true
	case github.Forbidden, github.Suspended, github.Uninstalled, github.NotFound, github.Empty, github.Rejected:
		return false
	default:
		return err != nil && !problem.IsUsers(err)
	}
}

// first returns what decides of several errors: one that passes, so that what failed by it is tried again, or else the first.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil && passes(err) {
			return err
		}
	}

	for _, err := range errs {
		if err != nil {
			return err
		}
	}

	return nil
}

// restAfter is how long to wait before GitHub is asked again.
func restAfter(err error) time.Duration {
	if until := github.RetryAt(err); !until.IsZero() {
		return min(max(time.Until(until), time.Second), longestGithubRest)
	}

	return githubRest
}

// askAgain ends the attempt of a job that GitHub kept from its end. A limit costs the job no attempt; other errors are tried again with backoff.
func askAgain(err error) error {
	if github.ReasonOf(err) == github.Limited {
		return river.JobSnooze(restAfter(err))
	}

	return err
}
