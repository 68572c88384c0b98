package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v66/github"
)

// Comment is the platform's comment on a pull request, of which there is one for each marker.
type Comment struct {
	// Marker finds the comment again. It stands in it where people do not see it, and may hold letters, digits, "-", ":" and "." alone.
	Marker string
	// Body is Markdown. Whatever in it comes from elsewhere has to be escaped by the caller.
	Body string
}

// markerLine is what an earlier comment is found by. The name of the App is checked as well, so that nobody else's comment is taken for it.
func (c Comment) markerLine() string { return "<!-- " + c.Marker + " -->" }

// SetComment writes the comment of a marker on a pull request: once, then it is edited where its body changes.
func (i *Installation) SetComment(ctx context.Context, repository, number int64, comment Comment) error {
	asker := i.one(repository, Permissions{"pull_requests": "write"})
	path := fmt.Sprintf("repositories/%d/issues/%d/comments", repository, number)

	known, err := all(ctx, func(ctx context.Context, options github.ListOptions) ([]*github.IssueComment, *github.Response, error) {
		return read[[]*github.IssueComment](ctx, asker, path, options)
	})
	if err != nil {
		return i.explain(err)
	}

	body := comment.markerLine() + "\n" + comment.Body
	method := http.MethodPost

	for _, one := range known {
		if !i.isOwn(one) || !strings.HasPrefix(one.GetBody(), comment.markerLine()) {
			continue
		}

		if one.GetBody() == body {
			return nil
		}

		method, path = http.MethodPatch, fmt.Sprintf("repositories/%d/issues/comments/%d", repository, one.GetID())

		break
	}

	_, err = send[github.IssueComment](ctx, asker, method, path, &github.IssueComment{Body: &body})

	return i.explain(err)
}

// isOwn tells whether the App wrote a comment. Its bot has the App's slug as its name, which nobody else can have.
func (i *Installation) isOwn(comment *github.IssueComment) bool {
	user := comment.GetUser()

	return user.GetType() == "Bot" && strings.EqualFold(user.GetLogin(), i.app.credentials.Slug+"[bot]")
}
