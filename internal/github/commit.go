package github

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-github/v66/github"
)

// Commit is a commit with its whole message.
type Commit struct {
	Hash    string
	Message string
	Author  string
}

// Commit returns a commit by its hash. It is asked for pushes, of which there are many, with the token that looks at all repositories.
func (i *Installation) Commit(ctx context.Context, repository int64, hash string) (Commit, error) {
	path := fmt.Sprintf("repositories/%d/commits/%s", repository, escape(hash))

	found, err := send[github.RepositoryCommit](ctx, i.all(ReadContents()), http.MethodGet, path, nil)
	if err != nil {
		return Commit{}, i.explain(err)
	}

	return Commit{Hash: found.GetSHA(), Message: found.GetCommit().GetMessage(), Author: found.GetCommit().GetAuthor().GetName()}, nil
}

// Comparison is what lies between two commits.
type Comparison struct {
	// Files are the paths that differ, from the nearest commit that both have. GitHub names 300 at most.
	Files []string
	// IsComplete tells that Files holds all of them.
	IsComplete bool
	// IsAhead tells that head has all that base has, and more.
	IsAhead bool
}

// mostComparedFiles is how many files GitHub names in a comparison.
const mostComparedFiles = 300

// Compare returns which files are otherwise in head than where it left base. Commits without one in common are a NotFound.
// It is asked as Commit is.
func (i *Installation) Compare(ctx context.Context, repository int64, base, head string) (Comparison, error) {
	path := fmt.Sprintf("repositories/%d/compare/%s...%s", repository, escape(base), escape(head))

	found, err := send[github.CommitsComparison](ctx, i.all(ReadContents()), http.MethodGet, path, nil)
	if err != nil {
		return Comparison{}, i.explain(err)
	}

	c := Comparison{IsComplete: len(found.Files) < mostComparedFiles, IsAhead: found.GetStatus() == "ahead"}

	for _, file := range found.Files {
		c.Files = append(c.Files, file.GetFilename())

		// A file that was moved is gone from where it was.
		if before := file.GetPreviousFilename(); before != "" {
			c.Files = append(c.Files, before)
		}
	}

	return c, nil
}

// File returns a file of a commit, or of a branch. One that is not there is a NotFound; what is no file, or is larger than a megabyte, is Rejected.
func (i *Installation) File(ctx context.Context, repository int64, at, path string) ([]byte, error) {
	content, err := send[github.RepositoryContent](ctx, i.one(repository, ReadContents()), http.MethodGet,
		fmt.Sprintf("repositories/%d/contents/%s?ref=%s", repository, escapePath(path), escapeQuery(at)), nil)
	if err != nil {
		return nil, i.explain(err)
	}

	text, err := content.GetContent()
	if err != nil || content.GetType() != "file" {
		return nil, (&Error{Reason: Rejected, Detail: path + " is no file that GitHub shows", Cause: err}).problem()
	}

	return []byte(text), nil
}

// Directory returns the names of what is in a folder of a commit or branch, with a slash behind folders. The empty path is the root.
func (i *Installation) Directory(ctx context.Context, repository int64, at, path string) ([]string, error) {
	entries, err := send[[]github.RepositoryContent](ctx, i.one(repository, ReadContents()), http.MethodGet,
		fmt.Sprintf("repositories/%d/contents/%s?ref=%s", repository, escapePath(path), escapeQuery(at)), nil)
	if err != nil {
		return nil, i.explain(err)
	}

	names := make([]string, len(entries))
	for n, e := range entries {
		names[n] = e.GetName()
		if e.GetType() == "dir" {
			names[n] += "/"
		}
	}

	return names, nil
}
