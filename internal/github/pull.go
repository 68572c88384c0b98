package github

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-github/v66/github"
)

// Pull is a pull request.
type Pull struct {
	Number int64
	Title  string
	Author Account
	// Head is the branch that has the commits, HeadCommit the last of them.
	Head, HeadCommit string
	// HeadRepository is the id of the repository that has the branch; zero where it was deleted.
	HeadRepository int64
	// IsFork tells that the branch is in another repository than the pull request.
	IsFork   bool
	Base     string
	IsDraft  bool
	IsOpen   bool
	IsMerged bool
	// UpdatedAt is when anything of it last changed.
	UpdatedAt time.Time
	URL       string
}

func readPulls() Permissions { return Permissions{"pull_requests": "read"} }

func pullOf(repository int64, p *github.PullRequest) Pull {
	return Pull{
		Number: int64(p.GetNumber()), Title: p.GetTitle(), Author: accountOf(p.GetUser()), Head: p.GetHead().GetRef(), HeadCommit: p.GetHead().GetSHA(),
		HeadRepository: p.GetHead().GetRepo().GetID(), IsFork: p.GetHead().GetRepo().GetID() != repository, Base: p.GetBase().GetRef(), IsDraft: p.GetDraft(),
		IsOpen: p.GetState() == "open", IsMerged: p.MergedAt != nil, UpdatedAt: p.GetUpdatedAt().Time, URL: p.GetHTMLURL(),
	}
}

// Pulls returns the open pull requests of a repository, the newest first.
func (i *Installation) Pulls(ctx context.Context, repository int64) ([]Pull, error) {
	asker := i.all(readPulls())

	found, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.PullRequest, *github.Response, error) {
		return read[[]*github.PullRequest](ctx, asker, fmt.Sprintf("repositories/%d/pulls?state=open", repository), options)
	})
	if err != nil {
		return nil, i.explain(err)
	}

	pulls := make([]Pull, len(found))
	for n, p := range found {
		pulls[n] = pullOf(repository, p)
	}

	return pulls, nil
}

// RecentPulls are the pull requests of a repository that changed last.
type RecentPulls struct {
	// Pulls are a hundred at most, open and closed, the latest change first: a push to one is a change of it.
	Pulls []Pull
	// Tag names this answer; the next question with it costs nothing where nothing has changed.
	Tag string
	// IsUnchanged tells that the answer is still the one of the tag that was asked with; Pulls are left out then.
	IsUnchanged bool
}

// RecentPulls returns the pull requests that changed last. The tag is that of the answer before; empty for none.
func (i *Installation) RecentPulls(ctx context.Context, repository int64, tag string) (RecentPulls, error) {
	asker := i.all(readPulls())
	path := fmt.Sprintf("repositories/%d/pulls?state=all&sort=updated&direction=desc&per_page=100", repository)

	request, err := asker.rest.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return RecentPulls{}, err
	}

	if tag != "" {
		request.Header.Set("If-None-Match", tag)
	}

	var found []*github.PullRequest

	response, err := asker.rest.Do(ctx, request, &found)
	if response != nil && response.StatusCode == http.StatusNotModified {
		return RecentPulls{Tag: tag, IsUnchanged: true}, nil
	}

	if err != nil {
		return RecentPulls{}, i.explain(explain(ctx, err))
	}

	recent := RecentPulls{Tag: response.Header.Get("Etag")}
	for _, p := range found {
		recent.Pulls = append(recent.Pulls, pullOf(repository, p))
	}

	return recent, nil
}

// Pull returns one pull request, whatever its state.
func (i *Installation) Pull(ctx context.Context, repository, number int64) (Pull, error) {
	found, err := send[github.PullRequest](ctx, i.one(repository, readPulls()), http.MethodGet, fmt.Sprintf("repositories/%d/pulls/%d", repository, number), nil)
	if err != nil {
		return Pull{}, i.explain(err)
	}

	return pullOf(repository, &found), nil
}
