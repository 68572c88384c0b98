package gitremote

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	// maxRedirects is how many redirects are followed.
	maxRedirects = 5
	// firstRequest is the end of the first request's URL. Git takes no redirect whose end is another one: what stands before it is the repository.
	firstRequest = "info/refs?service=git-upload-pack"
)

// follow makes the first request and follows redirects. It returns the answer, whose body the caller closes, and the URL of the repository, which is
// address itself where there was no redirect.
func (c *Client) follow(ctx context.Context, address *url.URL, request Request) (*http.Response, *url.URL, error) {
	base := address

	for range maxRedirects + 1 {
		get, err := http.NewRequestWithContext(ctx, http.MethodGet, join(base, firstRequest), http.NoBody)
		if err != nil {
			return nil, nil, fmt.Errorf("make the first request: %w", err)
		}

		response, err := c.send(get, request)
		if err != nil {
			return nil, nil, err
		}

		if !isRedirect(response.StatusCode) {
			return response, base, nil
		}

		base, err = c.redirected(response)
		c.finish(response)

		if err != nil {
			return nil, nil, err
		}
	}

	return nil, nil, newError(NotGit, "the git server redirects more than %d times", maxRedirects)
}

func isRedirect(status int) bool {
	return slices.Contains([]int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	}, status)
}

// redirected returns the repository that a redirect names.
func (c *Client) redirected(response *http.Response) (*url.URL, error) {
	target, err := response.Location()
	if err != nil {
		return nil, newError(NotGit, "the git server redirects to nowhere")
	}

	if !slices.Contains(c.protocols, target.Scheme) {
		return nil, newError(NotAllowed, "the git server redirects to %s", target.Scheme)
	}

	target.User, target.Fragment = nil, ""

	before, ok := strings.CutSuffix(target.String(), "/"+firstRequest)
	if !ok {
		return nil, newError(NotGit, "the git server redirects to something else than a repository")
	}

	base, err := url.Parse(before)
	if err != nil {
		return nil, newError(NotGit, "the git server redirects to nowhere")
	}

	return base, nil
}

// sameOrigin tells whether a URL has the scheme, host and port of the one that was asked for.
func sameOrigin(address *url.URL, asked string) bool {
	other, err := url.Parse(asked)

	return err == nil && address.Scheme == other.Scheme && strings.EqualFold(address.Host, other.Host)
}
