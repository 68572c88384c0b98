package workflows

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/gitref"
)

// look is what one repository was found at, for the projects that follow it.
type look struct {
	*installationPoll

	repository database.GithubRepository
	followers  []database.Project
	seen       github.Seen
	asked      time.Time
	// isLost tells that no installation of the organisation has the repository, hasMoved that another one has it now.
	isLost, hasMoved bool
}

// act brings everything in line with what was seen. Where that was acted upon before, nothing is done.
func (l *look) act(ctx context.Context) error {
	hash := l.hash()
	isSamePush := l.repository.SeenPushedAt != nil && l.repository.SeenPushedAt.Equal(l.seen.PushedAt)
	isPolled := lo.EveryBy(l.followers, func(p database.Project) bool { return p.PolledAt != nil })

	if hash == l.repository.SeenHash && isSamePush && isPolled {
		l.unchanged = append(l.unchanged, l.repository.ID)

		return nil
	}

	isDone, err := l.actAnew(ctx)
	if err != nil || l.hasMoved {
		return err
	}

	// GitHub names the second of a push. Another one may follow within it, so that what was pushed to is looked at twice.
	settled := l.isLost || isDone && isSamePush

	return l.queries.RecordLook(ctx, database.RecordLookParams{
		ID: l.repository.ID, LookedAt: &l.now, SeenPushedAt: lo.EmptyableToPtr(l.seen.PushedAt), IsSettled: settled, SeenHash: lo.Ternary(isDone, hash, ""),
		IsArchived: l.seen.IsArchived, DefaultBranch: cmp.Or(l.seen.DefaultBranch, l.repository.DefaultBranch),
	})
}

// actAnew tells whether to act upon the same again would change nothing.
func (l *look) actAnew(ctx context.Context) (isDone bool, err error) {
	switch {
	case l.seen.IsGone:
		return false, l.find(ctx)
	case l.seen.Trouble != "":
		return true, l.tell(ctx, fmt.Sprintf("GitHub does not tell where the branches of the repository %s stand: %s", l.repository.FullName, l.seen.Trouble))
	case !strings.EqualFold(accountIn(l.seen.FullName), l.row.AccountLogin):
		isOurs, err := l.isStillOurs(ctx)
		if err != nil {
			return false, err
		}

		if !isOurs {
			return false, l.find(ctx)
		}
	}

	if err := l.follow(ctx); err != nil {
		return false, err
	}

	heads, err := l.heads(ctx)
	if err != nil {
		return false, err
	}

	isDone = true

	for _, project := range l.followers {
		isDecided, actErr := l.actFor(ctx, project, heads)
		isDone, err = isDone && isDecided, errors.Join(err, actErr)
	}

	return isDone, err
}

// actFor acts for one project. It tells whether to act upon the same again would change nothing.
func (l *look) actFor(ctx context.Context, project database.Project, heads map[string]string) (isDecided bool, err error) {
	poll := &branchPoll{project: project, heads: heads, asked: l.asked, defaultBranch: l.seen.DefaultBranch}
	poll.skipped = func(ctx context.Context, environment database.Environment, commit string) (string, error) {
		return l.skipped(ctx, project, environment, commit)
	}
	poll.head = func(ctx context.Context, branch, known string) (string, error) {
		head, err := l.acts.Head(ctx, l.repository.RepositoryID, branch, known)

		return head.Commit, err
	}

	aboutBranches, err := l.worker.actOn(ctx, poll)
	if err != nil {
		return false, err
	}

	trouble := cmp.Or(l.standing(), aboutBranches)
	if trouble == "" {
		return !poll.isUndecided, nil
	}

	// A branch that has no preview because there are too many may get one the next time.
	isDecided = !poll.isUndecided && (project.Previews != previewsBranches || aboutBranches == "")

	return isDecided, l.worker.record(ctx, poll, trouble)
}

// standing is what keeps a repository from being pushed to or deployed; empty for nothing.
func (l *look) standing() string {
	switch {
	case l.seen.IsArchived:
		return fmt.Sprintf("The repository %s is archived on GitHub, so that nothing can be pushed to it. What is live stays. "+
			"Unarchive it in its settings on GitHub to deploy again.", l.seen.FullName)
	case l.seen.IsEmpty:
		return fmt.Sprintf("The repository %s is empty. Push a commit to it. What is live stays.", l.seen.FullName)
	default:
		return ""
	}
}

// heads are the commits of all branches that were asked for.
func (l *look) heads(ctx context.Context) (map[string]string, error) {
	heads := l.seen.Branches

	if l.seen.HasMore {
		branches, err := l.acts.Branches(ctx, l.repository.RepositoryID)
		if err != nil {
			return nil, err
		}

		heads = lo.SliceToMap(branches, func(b github.Branch) (string, string) { return b.Name, b.Commit })
	}

	return lo.PickBy(heads, func(branch, commit string) bool {
		return commit != "" && gitref.ValidBranch(branch) && utf8.ValidString(branch)
	}), nil
}

// hash names all that is acted upon: what was seen, and what the projects want of it.
func (l *look) hash() string {
	seen := l.seen
	seen.PushedAt, seen.Message = time.Time{}, ""

	// Maps are printed in the order of their keys.
	text := fmt.Appendf(nil, "%#v", seen)
	for _, p := range l.followers {
		text = fmt.Appendf(text, " %s %q %s %t %q", p.ID, p.Branch, p.Previews, p.AutoDeploy, p.IgnoredPaths)
	}

	sum := sha256.Sum256(text)

	return hex.EncodeToString(sum[:])
}

// tell writes why nothing is known about the repository.
func (l *look) tell(ctx context.Context, sentence string) error {
	var err error
	for _, project := range l.followers {
		err = errors.Join(err, l.queries.RecordPollError(ctx, storable(sentence), project.ID))
	}

	return err
}
