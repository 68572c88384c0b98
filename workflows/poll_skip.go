package workflows

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// skipMark is what somebody writes into the message of a commit that is not to be deployed.
var skipMark = regexp.MustCompile(`(?i)\[(skip[ -]deploy|deploy[ -]skip)\]`)

// errSkipped ends the deployment of a push whose message was not known before it was fetched.
var errSkipped = problem.New(problem.Conflict, "The commit is not deployed, as its message says [skip deploy]. Deploy it by hand to have it nevertheless.")

const reasonMessage = "its message says [skip deploy]"

// askSkip finds out whether the push to a branch is not deployed, which is to be known before a transaction begins. The environment has no id where the
// branch has none yet.
func (p *branchPoll) askSkip(ctx context.Context, branch string, environment database.Environment) error {
	if p.skipped == nil {
		return nil
	}

	reason, err := p.skipped(ctx, environment, p.heads[branch])
	if err != nil {
		return err
	}

	if p.skips == nil {
		p.skips = map[string]string{}
	}

	p.skips[branch] = reason

	return nil
}

// askSkipOfProduction is askSkip for production, where its branch was pushed to.
func (w *Worker) askSkipOfProduction(ctx context.Context, poll *branchPoll) error {
	commit, there := poll.heads[poll.project.Branch]
	if !there || !poll.project.AutoDeploy || poll.skipped == nil {
		return nil
	}

	production, err := database.New(w.pool).GetEnvironment(ctx, poll.project.ID)
	if err != nil {
		return fmt.Errorf("read the environment of production: %w", err)
	}

	if lo.FromPtr(production.LastSeenCommit) == commit {
		return nil
	}

	return poll.askSkip(ctx, poll.project.Branch, production)
}

// skipped returns why a commit is not deployed; empty where it is. The environment has no id where the branch has none yet.
func (l *look) skipped(ctx context.Context, project database.Project, environment database.Environment, commit string) (string, error) {
	message := l.seen.Message

	if message == "" {
		found, err := l.acts.Commit(ctx, l.repository.RepositoryID, commit)
		if err != nil {
			return "", err
		}

		message = found.Message
	}

	if skipMark.MatchString(message) {
		return reasonMessage, nil
	}

	if len(project.IgnoredPaths) == 0 {
		return "", nil
	}

	base, err := l.base(ctx, environment)
	if err != nil || base == "" || base == commit {
		return "", err
	}

	return l.ignored(ctx, project, base, commit)
}

// base is the commit of what is live in an environment, or on its way there; empty for none.
func (l *look) base(ctx context.Context, environment database.Environment) (string, error) {
	newest, err := l.queries.ListNewestDeployments(ctx, environment.ID, environment.Branch, 1)
	if err != nil {
		return "", fmt.Errorf("read the newest deployment: %w", err)
	}

	if len(newest) == 0 || !lo.Contains([]string{stateQueued, stateDeploying, stateLive}, newest[0].State) {
		return "", nil
	}

	return lo.FromPtr(newest[0].CommitSHA), nil
}

// ignored returns that all files which differ are ignored; nothing where one is not, where GitHub does not name all of them, or where commits were taken
// away.
func (l *look) ignored(ctx context.Context, project database.Project, base, commit string) (string, error) {
	compared, err := l.acts.Compare(ctx, l.repository.RepositoryID, base, commit)
	if isLasting(err) {
		return "", nil // Such as commits that have none in common.
	}

	if err != nil {
		return "", err
	}

	isIgnored := func(path string) bool {
		return lo.SomeBy(project.IgnoredPaths, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, path) })
	}

	if compared.IsComplete && compared.IsAhead && lo.EveryBy(compared.Files, isIgnored) {
		return "it changes nothing but ignored paths", nil
	}

	return "", nil
}

// recordSkip tells the project that a push is not deployed.
func recordSkip(ctx context.Context, queries *database.Queries, poll *branchPoll, branch string) error {
	const short = 7

	called := "branch " + branch
	if number, isPull := strings.CutPrefix(branch, "refs/pull/"); isPull {
		called = "pull request " + strings.TrimSuffix(number, "/head")
	}

	return recordEvent(ctx, queries, poll.project.ID, nil, eventSkipped,
		fmt.Sprintf("Commit %s of %s was not deployed, as %s.", lo.Substring(poll.heads[branch], 0, short), called, poll.skips[branch]))
}
