package activities

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// gitComplaint is a kind of failure, known by any of these words in git's output.
type gitComplaint struct {
	words []string
	// kind is what package gitremote calls the same failure; its zero value for what only a git process says.
	kind gitremote.Kind
	code problem.Code
	// sentence may hold %[1]s for the repository and %[2]s for the branch or commit.
	sentence string
}

// gitComplaints are asked in this order. What none of them knows is taken for trouble that passes.
func gitComplaints() []gitComplaint {
	return []gitComplaint{
		{
			[]string{"couldn't find remote ref refs/heads/"}, 0, problem.NotFound,
			"The repository %[1]s has no branch %[2]s. Push the branch or choose another one in the project's settings.",
		},
		{
			[]string{"not our ref", "unadvertised object", "couldn't find remote ref"}, 0, problem.NotFound,
			"The repository %[1]s has no commit %[2]s. Push the commit or deploy another one.",
		},
		{
			[]string{"could not read Username", "could not read Password", "Authentication failed", "error: 401"}, gitremote.Unauthorized, problem.Unauthorized,
			"The repository %[1]s is not there, or it needs a sign-in. Check the URL, make the repository public, or store a credential for it: zeitwork access https.",
		},
		{
			[]string{"error: 403"}, gitremote.Forbidden, problem.Forbidden,
			"The repository %[1]s may not be read. Make it public or choose another one.",
		},
		{
			[]string{"Repository not found", "not found", "does not appear to be a git repository", "error: 404", "error: 410"}, gitremote.NotFound, problem.NotFound,
			"There is no repository at %[1]s. Check the URL in the project's settings.",
		},
		{
			[]string{"is this a git repository?", "dumb http transport does not support", "unable to update url base from redirection"},
			gitremote.NotGit, problem.Invalid,
			"What answers at %[1]s is not a git server. Give the URL that `git clone` takes.",
		},
		{
			// Redirects are followed but where credentials are shown.
			[]string{"error: 301", "error: 302", "error: 303", "error: 307", "error: 308"}, 0, problem.NotFound,
			"The repository %[1]s has moved. Give its new URL in the project's settings: credentials are not sent to where a server redirects.",
		},
		{
			[]string{"Operation too slow", "Operation timed out"}, 0, problem.Unavailable,
			"The server of the repository %[1]s is too slow or does not answer.",
		},
		{
			[]string{"transport '", "unable to find remote helper"}, gitremote.NotAllowed, problem.Invalid,
			"The repository %[1]s uses a protocol that is not allowed here. Give its https URL.",
		},
		{
			nil, gitremote.TooLarge, problem.Invalid,
			"The server of the repository %[1]s names more branches and tags than can be read. Remove some of them.",
		},
	}
}

// explainGit turns git's words into a sentence for the user. Want is the branch or commit that was asked for.
func explainGit(err error, repository, want string) error {
	failure, ok := errors.AsType[*gitError](err)
	if !ok {
		return err
	}

	if isNowhere(failure.unreachable) {
		return nowhere(errors.Join(err, failure.unreachable), repository)
	}

	if saysDiskIsFull(failure.stderr) {
		return problem.Wrap(err, problem.Unavailable, diskIsFull)
	}

	for _, complaint := range gitComplaints() {
		for _, word := range complaint.words {
			if strings.Contains(failure.stderr, word) {
				return complaint.wrap(err, repository, want)
			}
		}
	}

	return silent(err, repository)
}

// explainRemote turns an error of package gitremote into a sentence for the user. That of a context whose time is over is its cause.
func explainRemote(ctx context.Context, err error, repository string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("list the refs of the repository: %w", context.Cause(ctx))
	}

	if isNowhere(err) {
		return nowhere(err, repository)
	}

	if failure, ok := errors.AsType[*gitremote.Error](err); ok && failure.Kind != gitremote.Unavailable {
		for _, complaint := range gitComplaints() {
			if complaint.kind == failure.Kind {
				return complaint.wrap(err, repository, "")
			}
		}
	}

	return silent(err, repository)
}

func (c gitComplaint) wrap(err error, repository, want string) error {
	return problem.Wrap(err, c.code, "%s", strings.NewReplacer("%[1]s", repository, "%[2]s", want).Replace(c.sentence))
}

func nowhere(err error, repository string) error {
	return problem.Wrap(err, problem.NotFound,
		"The host of %s, or one that it redirects to, does not exist or has no public address. Check the URL in the project's settings.", repository)
}

// silent is the error for all that a user can do nothing about, or is not to be told: a port that is closed, and one behind which something else answers.
func silent(err error, repository string) error {
	return problem.Wrap(err, problem.Unavailable, "The repository %s does not answer.", repository)
}

// isNowhere tells whether a connection failed because its host does not exist or is an internal one. Users are told the same of both, or the sentence
// would tell which internal names there are.
func isNowhere(err error) bool {
	failure, ok := errors.AsType[*net.DNSError](err)

	return errors.Is(err, egress.ErrNotPublic) || ok && failure.IsNotFound
}
