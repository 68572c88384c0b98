package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/githubapp"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/gitremote"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// tokenUser is what git gives as the user with a token of GitHub.
const tokenUser = "x-access-token"

// githubSource is a repository on GitHub, as the platform's App reaches it.
type githubSource struct {
	// row is that of the installation; installation and repository are GitHub's ids.
	row                      uuid.UUID
	installation, repository int64
	// name is OWNER/NAME, as it was last seen.
	name string
}

// githubSourceOf returns the repository on GitHub of a project; nil where its URL is fetched as it is.
func (w *Worker) githubSourceOf(ctx context.Context, project database.Project) (*githubSource, error) {
	if project.GithubRepositoryID == nil {
		return nil, nil //nolint:nilnil // There is none, and that is no error.
	}

	found, err := database.New(w.pool).GetRepository(ctx, *project.GithubRepositoryID)
	if err != nil {
		return nil, fmt.Errorf("read the repository: %w", err)
	}

	if found.GithubInstallationID == nil {
		return nil, problem.New(problem.NotFound, "No installation of the GitHub App that belongs to the project's organisation reaches the repository %s. "+
			"Connect the account on GitHub to the organisation again: zeitwork github connect.", found.GithubRepository.FullName)
	}

	return &githubSource{
		row: *found.GithubRepository.InstallationID, installation: *found.GithubInstallationID, repository: found.GithubRepository.RepositoryID,
		name: found.GithubRepository.FullName,
	}, nil
}

// cloneFromGitHub completes a request to fetch a repository on GitHub: with where it is by now, the commit of the branch where none is named, and a token
// that reads this one repository. An error of the user's says what to do on GitHub.
func (w *Worker) cloneFromGitHub(ctx context.Context, from githubSource, request activities.CloneRequest) (activities.CloneRequest, error) {
	installation, err := w.installation(ctx, from)
	if err != nil {
		return request, err
	}

	// By its id, so that one that was renamed is found.
	repository, err := installation.Repository(ctx, from.repository)
	if err != nil {
		return request, w.explainGitHub(ctx, from, err)
	}

	if request.Commit == "" {
		head, err := installation.Head(ctx, from.repository, request.Branch, "")
		if err != nil {
			return request, w.explainGitHub(ctx, from, err)
		}

		if head.Commit == "" {
			return request, problem.New(problem.NotFound,
				"The repository %s has no branch %s. Push the branch or choose another one in the project's settings.", repository.FullName, request.Branch)
		}

		request.Commit = head.Commit
	}

	token, err := installation.Token(ctx, from.repository, github.ReadContents())
	if err != nil {
		return request, w.explainGitHub(ctx, from, err)
	}

	request.RepositoryURL = repository.CloneURL
	request.Credentials = &gitremote.Credentials{Username: tokenUser, Password: token.Reveal()}

	return request, nil
}

// explainRefusal says what it means that git was refused what GitHub's API had just shown: access was taken away meanwhile, which the API says in its own
// words; or else the token was not accepted, and another one will be.
func (w *Worker) explainRefusal(ctx context.Context, from githubSource, refusal error) error {
	if !slices.Contains([]problem.Code{problem.Unauthorized, problem.Forbidden, problem.NotFound}, problem.CodeOf(refusal)) {
		return refusal
	}

	installation, err := w.installation(ctx, from)
	if err != nil {
		return errors.Join(err, refusal)
	}

	installation.Forget()

	if _, err := installation.Repository(ctx, from.repository); err != nil {
		return w.explainGitHub(ctx, from, err)
	}

	if problem.CodeOf(refusal) == problem.NotFound {
		return refusal
	}

	return problem.Wrap(refusal, problem.Unavailable, "GitHub shows the repository %s to the platform, and did not let git fetch it.", from.name)
}

func (w *Worker) installation(ctx context.Context, of githubSource) (*github.Installation, error) {
	if w.github == nil {
		return nil, githubapp.ErrNone
	}

	app, err := w.github.Current(ctx)
	if err != nil {
		return nil, err
	}

	return app.Installation(of.installation), nil
}

// explainGitHub names the repository in an error that lasts until somebody changes something on GitHub, and notes what the error tells of the installation.
func (w *Worker) explainGitHub(ctx context.Context, of githubSource, err error) error {
	if noted := w.noteInstallation(ctx, of.row, err); noted != nil {
		return errors.Join(err, noted)
	}

	if !problem.IsUsers(err) {
		return err
	}

	return problem.Wrap(err, problem.CodeOf(err), "The repository %s cannot be read. %s", of.name, problem.MessageOf(err))
}
