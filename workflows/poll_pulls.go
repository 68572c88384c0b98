package workflows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/samber/lo"
	"github.com/samber/lo/mutable"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// A pull request gets its preview when it is opened or pushed to, and the open ones that are there when previews of pull requests are turned on get theirs
// then. It ends with the pull request, and by all that ends other previews; then it comes back with the next push.

const (
	// pullsAtOnce bounds how many repositories are asked for their pull requests at the same time.
	pullsAtOnce = 8
	// pullsAMinute bounds how many repositories of one installation are asked in a minute, so that there is room below GitHub's limits for all else.
	pullsAMinute = 200
	// fullPage is how many pull requests GitHub tells of at the most.
	fullPage = 100
)

// pullRef is where GitHub keeps the commits of a pull request, in the repository that it is for. It is the branch of the pull request's preview: unlike
// the name of the branch that it comes from, nobody else can have it.
func pullRef(number int64) string { return fmt.Sprintf("refs/pull/%d/head", number) }

// pullsPoll is one look at the pull requests of a repository, for one project.
type pullsPoll struct {
	project      database.Project
	installation *github.Installation
	repository   database.GithubRepository
	pulls        []github.Pull
	asked        time.Time
}

// pollAllPulls polls the pull requests of all projects whose pull requests get previews; of an installation with very many repositories those of some, which
// are others the next time.
func (w *Worker) pollAllPulls(ctx context.Context, _ *river.Job[arguments]) error {
	rows, err := database.New(w.pool).ListProjectsWithPulls(ctx)
	if err != nil || len(rows) == 0 || w.github == nil {
		return err
	}

	app, err := w.github.Current(ctx)
	if problem.IsUsers(err) {
		return nil // There is no App any more.
	}

	if err != nil {
		return err
	}

	group := errgroup.Group{}
	group.SetLimit(pullsAtOnce)

	for _, sharing := range w.pullsToAsk(rows) {
		projects := lo.Map(sharing, func(row database.ListProjectsWithPullsRow, _ int) database.Project { return row.Project })
		repository := sharing[0].GithubRepository

		group.Go(func() error {
			if err := w.pollPulls(ctx, app.Installation(sharing[0].Installation), repository, projects); err != nil && ctx.Err() == nil {
				w.logger.WarnContext(ctx, "could not poll the pull requests of a repository", slog.String("repository", repository.FullName), logging.Error(err))
			}

			return nil
		})
	}

	return group.Wait()
}

// pullsToAsk returns the projects of each repository that is asked in this round.
func (w *Worker) pullsToAsk(rows []database.ListProjectsWithPullsRow) [][]database.ListProjectsWithPullsRow {
	most := max(1, int(pullsAMinute*w.config.PollInterval/time.Minute))
	asked := make([][]database.ListProjectsWithPullsRow, 0, len(rows))

	for _, ofInstallation := range lo.GroupBy(rows, func(row database.ListProjectsWithPullsRow) int64 { return row.Installation }) {
		repositories := lo.Values(lo.GroupBy(ofInstallation, func(row database.ListProjectsWithPullsRow) uuid.UUID { return row.GithubRepository.ID }))
		mutable.Shuffle(repositories)
		asked = append(asked, lo.Slice(repositories, 0, most)...)
	}

	return asked
}

// pollPulls makes, deploys and ends the previews of a repository's pull requests, for those of its projects whose pull requests get previews. The question
// costs nothing of GitHub's limits where the answer is that of the last time. The projects are told of what does not pass by itself.
func (w *Worker) pollPulls(ctx context.Context, installation *github.Installation, repository database.GithubRepository, projects []database.Project) error {
	asking, cancel := context.WithTimeout(github.Background(ctx), githubTimeout)
	defer cancel()

	// Projects that have not all seen the same ask as if for the first time.
	tag := lo.FromPtr(projects[0].PullsTag)
	if !lo.EveryBy(projects, func(project database.Project) bool { return lo.FromPtr(project.PullsTag) == tag }) {
		tag = ""
	}

	var failed []error

	asked := time.Now()

	recent, err := installation.RecentPulls(asking, repository.RepositoryID, tag)
	if err == nil && recent.IsUnchanged {
		return nil
	}

	if err != nil && passes(err) {
		return err
	}

	for _, project := range projects {
		poll := pullsPoll{project: project, installation: installation, repository: repository, pulls: recent.Pulls, asked: asked}
		if followErr := w.followPulls(ctx, poll, recent.Tag, err); followErr != nil {
			failed = append(failed, followErr)
		}
	}

	return errors.Join(append(failed, err)...)
}

// followPulls does for one project what its pull requests ask for, and writes down that it has, with the tag of GitHub's answer. Where GitHub has refused
// to answer it is only said in the project.
func (w *Worker) followPulls(ctx context.Context, poll pullsPoll, tag string, refused error) error {
	var (
		sentence string
		err      error
	)

	if refused != nil {
		sentence, tag = problem.MessageOf(refused), ""
	} else if sentence, err = w.followAll(ctx, poll); err != nil {
		tag = "" // What was not done is tried again.
	}

	return errors.Join(err, database.New(w.pool).RecordPulls(ctx, database.RecordPullsParams{
		ID: poll.project.ID, GithubRepositoryID: poll.repository.ID, Before: poll.project.PullsTag, Tag: lo.EmptyableToPtr(tag),
		Error: lo.EmptyableToPtr(storable(sentence)),
	}))
}

// followAll does for one project what its pull requests ask for. It returns a sentence about what could not be done, or nothing.
func (w *Worker) followAll(ctx context.Context, poll pullsPoll) (sentence string, err error) {
	round, err := w.newPullsRound(ctx, poll)
	if err != nil {
		return "", err
	}

	pulls, err := w.withMissing(ctx, poll, round.previews)

	// What ends makes room for what begins.
	slices.SortStableFunc(pulls, func(a, b github.Pull) int { return cmp.Compare(lo.Ternary(a.IsOpen, 1, 0), lo.Ternary(b.IsOpen, 1, 0)) })

	for _, pull := range pulls {
		followErr := round.follow(ctx, pull)
		if problem.IsUsers(followErr) {
			sentence = problem.MessageOf(followErr)

			continue
		}

		err = errors.Join(err, followErr)
	}

	return cmp.Or(tooManyPulls(w.config.MaxPreviews, round.without), sentence), err
}

// withMissing returns the pull requests of a poll and, where GitHub may have more than it told of, those that have a preview and are not among them.
func (w *Worker) withMissing(ctx context.Context, poll pullsPoll, previews map[string]database.Environment) (pulls []github.Pull, err error) {
	pulls = slices.Clone(poll.pulls)
	if len(pulls) < fullPage {
		return pulls, nil
	}

	asking, cancel := context.WithTimeout(github.Background(ctx), githubTimeout)
	defer cancel()

	told := lo.Keyify(lo.Map(pulls, func(pull github.Pull, _ int) string { return pullRef(pull.Number) }))

	for ref, preview := range previews {
		if lo.HasKey(told, ref) {
			continue
		}

		pull, askErr := poll.installation.Pull(asking, poll.repository.RepositoryID, int64(*preview.PullRequestNumber))
		if askErr != nil {
			err = errors.Join(err, askErr)

			continue
		}

		pulls = append(pulls, pull)
	}

	return pulls, err
}

// tooManyPulls is a sentence about pull requests that have no preview because there are as many as there may be; empty where there are none.
func tooManyPulls(most int, without []string) string {
	if len(without) == 0 {
		return ""
	}

	return fmt.Sprintf("Pull requests without a preview: %s. A project can have %d previews, and as many more of forks that nobody has approved yet: "+
		"delete one (zeitwork environments delete), or close its pull request.", andMore(without), most)
}

// deployPull deploys the head of a pull request to its preview, which is made where there is none, unless there is a reason to skip that. The head of a
// fork waits for an approval instead.
func (w *Worker) deployPull(ctx context.Context, poll pullsPoll, pull github.Pull, skip string) error {
	return w.ifPullsOn(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		preview, err := w.deployments.ensurePullPreview(ctx, queries, project, pull)
		if err != nil {
			return err
		}

		if err := recordBranches(ctx, queries, project.ID, map[string]string{preview.Branch: pull.HeadCommit}); err != nil {
			return err
		}

		return w.deployOrAwait(ctx, tx, queries, poll.seen(pull, skip), preview)
	})
}

// deployOrAwait deploys the commit that a pull request was found at, or leaves that of a fork until a member approves it. The project is locked.
func (w *Worker) deployOrAwait(ctx context.Context, tx pgx.Tx, queries *database.Queries, seen *branchPoll, preview database.Environment) error {
	commit := seen.heads[preview.Branch]

	if preview.IsFork && lo.FromPtr(preview.ApprovedCommit) != commit {
		return awaitApproval(ctx, queries, seen.project, preview, commit)
	}

	if preview.AwaitingCommit != nil {
		if err := queries.AwaitApproval(ctx, nil, preview.ID); err != nil {
			return fmt.Errorf("write that nothing waits any more: %w", err)
		}
	}

	return w.deployNews(ctx, tx, queries, seen, preview)
}

// skipPull notes the head of a pull request that has no preview, and gets none for this head.
func (w *Worker) skipPull(ctx context.Context, poll pullsPoll, pull github.Pull, skip string) error {
	return w.ifPullsOn(ctx, poll, func(_ pgx.Tx, queries *database.Queries, project database.Project) error {
		seen := poll.seen(pull, skip)
		if err := recordSkip(ctx, queries, seen, pullRef(pull.Number)); err != nil {
			return err
		}

		return recordBranches(ctx, queries, project.ID, seen.heads)
	})
}

// seen is one pull request as a branch of its own.
func (p pullsPoll) seen(pull github.Pull, skip string) *branchPoll {
	ref := pullRef(pull.Number)

	return &branchPoll{project: p.project, heads: map[string]string{ref: pull.HeadCommit}, asked: p.asked, skips: map[string]string{ref: skip}}
}

// endPull ends the preview of a pull request that is closed, and forgets it, so that it is new should it be opened again.
func (w *Worker) endPull(ctx context.Context, poll pullsPoll, pull github.Pull) error {
	reason := "its pull request was closed"
	if pull.IsMerged {
		reason = "its pull request was merged"
	}

	return w.ifPullsOn(ctx, poll, func(tx pgx.Tx, queries *database.Queries, project database.Project) error {
		ref := pullRef(pull.Number)

		if err := queries.ForgetBranches(ctx, project.ID, []string{ref}); err != nil {
			return fmt.Errorf("forget the pull request: %w", err)
		}

		preview, err := queries.GetPreviewOf(ctx, project.ID, ref)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}

		if err != nil {
			return fmt.Errorf("look for the preview of the pull request: %w", err)
		}

		return w.deployments.endPreview(ctx, tx, queries, preview, reason)
	})
}

// ifPullsOn runs f in a transaction that has locked the project, unless its pull requests get no previews any more, or are those of another repository.
func (w *Worker) ifPullsOn(
	ctx context.Context, poll pullsPoll, f func(tx pgx.Tx, queries *database.Queries, project database.Project) error,
) error {
	return database.InTx(ctx, w.pool, func(tx pgx.Tx, queries *database.Queries) error {
		locked, err := queries.LockProject(ctx, poll.project.ID)
		if err != nil {
			return fmt.Errorf("lock the project: %w", err)
		}

		if locked.DeletedAt != nil || !locked.PullRequestPreviews || lo.FromPtr(locked.GithubRepositoryID) != poll.repository.ID {
			return nil
		}

		return f(tx, queries, locked)
	})
}
