package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v66/github"
)

// Head is where a branch points.
type Head struct {
	// Commit is the full hash; empty where the repository has no such branch, or no commit at all.
	Commit string
	// IsUnchanged tells that it is the commit that the caller had named. Such an answer costs nothing of the primary limit.
	IsUnchanged bool
}

// Head returns where a branch of a repository points. With the commit that the caller knows, an unchanged branch costs nothing. As everybody, it sees a public
// repository that the installation has lost; Token does not.
func (i *Installation) Head(ctx context.Context, repository int64, branch, known string) (Head, error) {
	asker := i.all(ReadContents())
	// By id, since names change. A full ref is never taken for a tag or hash of the same name.
	path := fmt.Sprintf("repositories/%d/commits/%s", repository, escape("heads/"+branch))

	request, err := asker.rest.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return Head{}, err
	}

	request.Header.Set("Accept", "application/vnd.github.sha")

	if known != "" {
		request.Header.Set("If-None-Match", `"`+known+`"`)
	}

	var text strings.Builder

	response, err := asker.rest.Do(ctx, request, &text)
	if response != nil && response.StatusCode == http.StatusNotModified {
		return Head{Commit: known, IsUnchanged: true}, nil
	}

	if err == nil {
		return Head{Commit: text.String(), IsUnchanged: text.String() == known}, nil
	}

	explained := i.explain(explain(ctx, err))
	e, ok := asError(explained)

	switch {
	case ok && e.Reason == Empty:
		return Head{}, nil
	case ok && e.Reason == Rejected && e.Status == http.StatusUnprocessableEntity:
		// GitHub finds no commit of this name: there is no such branch.
		return Head{}, nil
	default:
		return Head{}, explained
	}
}

// escape writes a name into a path as one part of it, slashes too.
func escape(name string) string { return url.PathEscape(name) }

// Branch is a branch of a repository.
type Branch struct {
	Name, Commit string
}

// Branches returns all branches of a repository. One without a commit has none.
func (i *Installation) Branches(ctx context.Context, repository int64) ([]Branch, error) {
	asker := i.all(ReadContents())

	refs, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.Branch, *github.Response, error) {
		return read[[]*github.Branch](ctx, asker, fmt.Sprintf("repositories/%d/branches", repository), options)
	})
	if err != nil {
		return nil, i.explain(err)
	}

	branches := make([]Branch, len(refs))
	for n, b := range refs {
		branches[n] = Branch{Name: b.GetName(), Commit: b.GetCommit().GetSHA()}
	}

	return branches, nil
}

// read gets one page from a path for which go-github has no method: it names repositories by owner and name, which change.
func read[T any](ctx context.Context, asker *asker, path string, options github.ListOptions) (T, *github.Response, error) {
	var answer T

	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}

	request, err := asker.rest.NewRequest(http.MethodGet, fmt.Sprintf("%s%spage=%d&per_page=%d", path, separator, max(options.Page, 1), options.PerPage), nil)
	if err != nil {
		return answer, nil, err
	}

	response, err := asker.rest.Do(ctx, request, &answer)

	return answer, response, err
}

// send asks for a change, or for one thing, and reads the answer.
func send[T any](ctx context.Context, asker *asker, method, path string, body any) (T, error) {
	var answer T

	request, err := asker.rest.NewRequest(method, path, body)
	if err != nil {
		return answer, err
	}

	_, err = asker.rest.Do(ctx, request, &answer)

	return answer, explain(ctx, err)
}

// escapePath writes a path into a path, part by part.
func escapePath(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for n, part := range parts {
		parts[n] = url.PathEscape(part)
	}

	return strings.Join(parts, "/")
}

func escapeQuery(text string) string { return url.QueryEscape(text) }
