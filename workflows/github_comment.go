package workflows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// A pull request has one comment for each project that has a preview of it, which is edited as the preview changes. Whatever changes it makes the comment
// due (environments.comment_due_at), and reconcile inserts the job that writes it.

// commentOnPull writes the comment on the pull request of an environment, as things are now.
func (w *Worker) commentOnPull(ctx context.Context, environment uuid.UUID) error {
	queries := database.New(w.pool)

	row, err := queries.GetEnvironmentToComment(ctx, environment)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}

	if err != nil {
		return fmt.Errorf("read the environment: %w", err)
	}

	due := row.Environment.CommentDueAt
	if due == nil || row.Environment.PullRequestNumber == nil {
		return nil
	}

	var again *time.Time

	err = w.comment(ctx, queries, row)

	switch {
	case err != nil && passes(err):
		again = new(time.Now().Add(restAfter(err)))
	case err != nil:
		w.logger.InfoContext(ctx, "a pull request gets no comment", slog.String("environment_id", row.Environment.ID.String()), logging.Error(err))

		if err := queries.RecordReportError(ctx, new(storable(problem.MessageOf(err))), row.Project.ID); err != nil {
			return fmt.Errorf("write why GitHub is not told: %w", err)
		}
	}

	// What has changed meanwhile has made the comment due anew.
	return queries.RecordComment(ctx, again, row.Environment.ID, *due)
}

func (w *Worker) comment(ctx context.Context, queries *database.Queries, row database.GetEnvironmentToCommentRow) error {
	to, err := w.reach(ctx, queries, row.Project.GithubRepositoryID)
	if err != nil {
		return err
	}

	newest, err := queries.ListNewestDeployments(ctx, row.Environment.ID, row.Environment.Branch, 1)
	if err != nil {
		return fmt.Errorf("read the newest deployment: %w", err)
	}

	ctx, cancel := context.WithTimeout(github.Background(ctx), githubTimeout)
	defer cancel()

	said := to.installation.SetComment(ctx, to.repository, int64(*row.Environment.PullRequestNumber), github.Comment{
		Marker: "zeitwork:" + row.Project.ID.String(), Body: w.commentBody(row, newest),
	})

	return first(said, w.tellWaiting(ctx, to, row))
}

// tellWaiting gives a commit that waits for an approval its status: it has no deployment that could say so.
func (w *Worker) tellWaiting(ctx context.Context, to reach, row database.GetEnvironmentToCommentRow) error {
	if row.Environment.AwaitingCommit == nil {
		return nil
	}

	return to.installation.SetStatus(ctx, to.repository, *row.Environment.AwaitingCommit, github.Status{
		State: github.Pending, Context: statusContext(row.Project, row.Environment), Description: "Waiting for a member's approval, as it comes from a fork.",
	})
}

// commentBody is the Markdown of the comment. What the pull request's author has chosen is not part of it: title, branch and login stand beside it anyway.
// Slugs, hostnames, hashes and ids need no escaping; an error's text, which may hold whatever a build has printed, stands in a block of code.
func (w *Worker) commentBody(row database.GetEnvironmentToCommentRow, newest []database.Deployment) string {
	var body strings.Builder

	_, _ = fmt.Fprintf(&body, "### Preview of %s\n\n", row.Project.Slug)

	if row.Environment.DeletedAt != nil {
		body.WriteString("The preview was removed.\n")

		return body.String()
	}

	if awaited := row.Environment.AwaitingCommit; awaited != nil {
		_, _ = fmt.Fprintf(&body, "Commit %s **waits for approval**, as the pull request comes from a fork. "+
			"A member of the organisation looks at it and approves it: `zeitwork environments approve %s --project %s`. It gets none of the project's variables.\n\n",
			shortCommit(*awaited), row.Environment.Slug, row.Project.Slug)
	}

	if len(newest) == 0 {
		return body.String()
	}

	d := newest[0]
	address := "none yet"

	if row.HasLive {
		address = w.config.OriginOf(row.Hostname)
	}

	body.WriteString("| Deployment | Preview | Commit |\n| --- | --- | --- |\n")
	_, _ = fmt.Fprintf(&body, "| %s | %s | %s |\n", w.linked(stateInComment(d.State), d), address, shortCommit(lo.FromPtr(d.CommitSHA)))

	if d.State == stateFailed && d.ErrorMessage != nil {
		body.WriteString("\n" + codeBlock(*d.ErrorMessage))
	}

	return body.String()
}

// linked is a word that leads to the log of a deployment, where there is a place for it.
func (w *Worker) linked(word string, deployment database.Deployment) string {
	page := w.pageOf(deployment)
	if page == "" {
		return word
	}

	return "[" + word + "](" + page + ")"
}

func stateInComment(state string) string {
	switch state {
	case stateQueued:
		return "Waiting to be deployed"
	case stateDeploying:
		return "Being deployed"
	case stateRetired:
		return "Replaced"
	default:
		return lo.Capitalize(state)
	}
}

func shortCommit(commit string) string {
	const digits = 12

	return "`" + lo.Substring(commit, 0, digits) + "`"
}

// longestErrorInComment is how many characters of an error stand in a comment.
const longestErrorInComment = 2000

// codeBlock returns a text as a block of code of Markdown, in which nothing means anything: no link, no HTML, no name that would notify somebody. Its fence
// is longer than any row of backticks in the text, which alone could end the block.
func codeBlock(text string) string {
	text = lo.Substring(visible.Text(strings.TrimSpace(text)), 0, longestErrorInComment)
	fence := "```"

	for strings.Contains(text, fence) {
		fence += "`"
	}

	return fence + "text\n" + text + "\n" + fence + "\n"
}
