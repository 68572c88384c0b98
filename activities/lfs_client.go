package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/internal/egress"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// lfsDownloads is how many files are downloaded at once.
	lfsDownloads = 4
	lfsRedirects = 5
)

// lfsHTTP returns the client for LFS servers, which are named by users as repositories are.
func (s *Source) lfsHTTP() *http.Client {
	return &http.Client{
		Transport: egress.Dialer{Internal: s.config.Internal}.Transport(),
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			if len(via) > lfsRedirects || !s.mayUse(request.URL) {
				return errNoLFS
			}

			return nil
		},
	}
}

// mayUse tells whether a URL that a server names has a scheme that repositories may have.
func (s *Source) mayUse(address *url.URL) bool {
	return address.Scheme == "https" || address.Scheme == "http" && slices.Contains(s.config.GitProtocols, "http")
}

// lfsClient speaks the batch API of one LFS server: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md.
type lfsClient struct {
	client *http.Client
	server string
	// repository is named in errors.
	repository string
	// mayUse tells which URLs may be downloaded from.
	mayUse func(*url.URL) bool
	// authorization is the header for the server itself, and for nothing that it redirects to or names; empty for none.
	authorization string
}

// fetch downloads objects, given with their sizes, into the directory. It returns the files by object, and in words why others are missing. Its error is
// for a server that may answer later.
func (c lfsClient) fetch(ctx context.Context, directory string, objects map[string]int64) (files map[string]string, reason string, err error) {
	var mutex sync.Mutex

	files = map[string]string{}
	reason = "its server does not have it. Push it: git lfs push --all origin."

	for _, batch := range lo.Chunk(slices.Sorted(maps.Keys(objects)), lfsBatch) {
		answered, err := c.ask(ctx, batch, objects)
		if reason, ok := c.refusal(err); ok {
			return files, reason, nil
		}

		if err != nil {
			return nil, "", err
		}

		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(lfsDownloads)

		// A server may name an object twice.
		for _, object := range lo.UniqBy(answered, func(object lfsObject) string { return object.Object }) {
			size, asked := objects[object.Object]
			if !asked || object.Error != nil || object.Actions.Download == nil {
				continue
			}

			group.Go(func() error {
				file, err := c.download(ctx, directory, object, size)
				if err != nil || file == "" {
					return err
				}

				mutex.Lock()
				defer mutex.Unlock()

				files[object.Object] = file

				return nil
			})
		}

		err = group.Wait()
		if reason, ok := c.refusal(err); ok {
			return files, reason, nil
		}

		if err != nil {
			return nil, "", err
		}
	}

	return files, reason, nil
}

// refusal tells in words why a server gives nothing, where asking again would not help.
func (c lfsClient) refusal(err error) (string, bool) {
	switch {
	case errors.Is(err, errNoLFS):
		return "the server of the repository does not speak Git LFS. Put the file into git itself: git lfs migrate export --include=FILE.", true
	case problem.CodeOf(err) == problem.Unauthorized:
		return "its server asks for a sign-in. Make it public, or put the file into git itself: git lfs migrate export --include=FILE.", true
	case isNowhere(err):
		return "the host of its server does not exist or has no public address. Correct lfs.url in .lfsconfig.", true
	default:
		return "", false
	}
}

// checkStatus tells servers that refuse from servers that are not well.
func (c lfsClient) checkStatus(ctx context.Context, response *http.Response) error {
	status := response.StatusCode

	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return problem.New(problem.Unauthorized, "The Git LFS server of %s asks for a sign-in.", c.repository)
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError && status != http.StatusNotImplemented:
		return c.trouble(ctx, fmt.Errorf("it answers %s", response.Status))
	default:
		return fmt.Errorf("it answers %s: %w", response.Status, errNoLFS)
	}
}

// trouble is the error of a server that may answer later, and those that say that it never will.
func (c lfsClient) trouble(ctx context.Context, err error) error {
	if errors.Is(err, errNoLFS) || isNowhere(err) {
		return err
	}

	if errors.Is(context.Cause(ctx), context.Canceled) || problem.IsUsers(context.Cause(ctx)) {
		return context.Cause(ctx)
	}

	return problem.Wrap(err, problem.Unavailable, "The Git LFS server of %s does not answer.", c.repository)
}
