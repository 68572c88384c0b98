package workflows

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
)

// isStillOurs tells whether the installation has a repository whose owner has another name than the installation's account: then the account was
// renamed. Otherwise the repository was given away, and is still shown because it is public.
func (l *look) isStillOurs(ctx context.Context) (bool, error) {
	found, err := l.acts.Repository(ctx, l.repository.RepositoryID)

	switch {
	case github.ReasonOf(err) == github.NotFound:
		return false, nil
	case err != nil:
		return false, err
	default:
		return true, l.rename(ctx, found.Owner.Login)
	}
}

// mostFinds is how many repositories one look at an installation looks for at others.
const mostFinds = 10

// find looks for a repository that the installation has no longer: another one of the organisation may have it. Where none has, the projects are told.
// Where that is not known yet, as another one is not answered or there was enough to find already, the next look finds out.
func (l *look) find(ctx context.Context) error {
	if l.finds++; l.finds > mostFinds {
		return nil
	}

	others, err := l.queries.ListInstallationsBeside(ctx, l.row.ID)
	if err != nil {
		return fmt.Errorf("list the other installations: %w", err)
	}

	isUnknown := false

	for _, other := range others {
		found, err := l.app.Installation(other.InstallationID).Repository(ctx, l.repository.RepositoryID)
		if err == nil {
			return l.move(ctx, other, found)
		}

		if reason := github.ReasonOf(err); reason != github.NotFound {
			l.worker.logger.WarnContext(ctx, "could not look for a repository at another installation",
				slog.String("repository", l.repository.FullName), logging.Error(err))
		}

		// It is no error of this look, since the limit is that of another installation.
		isUnknown = isUnknown || passes(err)
	}

	if isUnknown {
		return ctx.Err()
	}

	l.isLost = true

	if l.seen.IsGone {
		return l.tell(ctx, fmt.Sprintf("GitHub does not show the repository %s to the platform any more: it was deleted, given to another account, or taken "+
			"out of the installation of the GitHub App on %s. Include it there, install the App on its new account for this organisation, or choose "+
			"another repository. What is live stays.", l.repository.FullName, l.row.AccountLogin))
	}

	return l.tell(ctx, fmt.Sprintf("The repository %s belongs to %s now and is called %s. Install the GitHub App there for this organisation, or choose "+
		"another repository. What is live stays.", l.repository.FullName, accountIn(l.seen.FullName), l.seen.FullName))
}

// move leaves the repository to another installation, which looks at it at once.
func (l *look) move(ctx context.Context, to database.GithubInstallation, found github.Repository) error {
	l.hasMoved = true

	if err := l.renameRepository(ctx, found.FullName, "transferred"); err != nil {
		return err
	}

	return database.InTx(ctx, l.worker.pool, func(_ pgx.Tx, queries *database.Queries) error {
		if err := queries.MoveRepository(ctx, to.ID, l.repository.ID); err != nil {
			return fmt.Errorf("leave the repository to another installation: %w", err)
		}

		return queries.Notify(ctx, database.ChannelPolls, "")
	})
}
