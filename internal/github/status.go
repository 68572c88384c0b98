package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-github/v66/github"
)

// State is how far a deployment is.
type State string

// The states, by GitHub's names. Commit statuses know Pending, Success, Failure and Error alone.
const (
	Pending    State = "pending"
	Queued     State = "queued"
	InProgress State = "in_progress"
	Success    State = "success"
	Failure    State = "failure"
	ErrorState State = "error"
	Inactive   State = "inactive"
)

// longestDescription is how many characters GitHub takes of a description.
const longestDescription = 140

// shorten cuts a description to what GitHub takes.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > longestDescription {
		return string(runes[:longestDescription-1]) + "…"
	}

	return text
}

// Status is what is said of a commit.
type Status struct {
	State State
	// Context tells statuses apart: a later one replaces the earlier one of the same context.
	Context     string
	Description string
	URL         string
}

// SetStatus says something of a commit. To say the same again is harmless: the latest of a context is what GitHub shows.
func (i *Installation) SetStatus(ctx context.Context, repository int64, commit string, status Status) error {
	body := &github.RepoStatus{
		State: new(string(status.State)), Context: &status.Context, Description: new(shorten(status.Description)), TargetURL: &status.URL,
	}
	path := fmt.Sprintf("repositories/%d/statuses/%s", repository, escape(commit))

	_, err := send[github.RepoStatus](ctx, i.one(repository, Permissions{"statuses": "write"}), http.MethodPost, path, body)

	return i.explain(err)
}
