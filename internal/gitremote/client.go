package gitremote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	// maxBytes bounds one answer. A server of version 0 sends all of its refs, some 60 bytes each.
	maxBytes = 32 << 20
	// maxRefs bounds the refs that are returned.
	maxRefs = 100_000
	// maxRest is how much of an answer is read behind its end, so that its connection can be kept.
	maxRest = 4 << 10
	// agent is how git servers know a client that speaks their protocol.
	agent = "git/2.0 (zeitwork)"
)

// Client asks remotes. It may be used by any number of goroutines.
type Client struct {
	transport http.RoundTripper
	protocols []string
	maxBytes  int64
	maxRefs   int
	known     *memory
}

// New returns a client that makes its requests by the transport, which decides what may be connected to and keeps connections. Protocols are the schemes
// that URLs and redirects may have: https, http.
func New(transport http.RoundTripper, protocols []string) *Client {
	return &Client{transport: transport, protocols: protocols, maxBytes: maxBytes, maxRefs: maxRefs, known: newMemory()}
}

// Credentials are a user's name and password, or a token in the place of the password, for HTTP's basic authentication.
type Credentials struct {
	Username, Password string
}

// String leaves the password out of texts.
func (c Credentials) String() string { return c.Username + ":[redacted]" }

// GoString leaves the password out of what %#v prints.
func (c Credentials) GoString() string { return c.String() }

// LogValue leaves the password out of logs.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Request names a remote and what is asked of it.
type Request struct {
	// URL is what `git clone` takes, without credentials.
	URL string
	// Prefixes are the beginnings of the names of refs that are asked for; all are without one.
	Prefixes []string
	// Credentials are sent to the URL's own host alone, and by https alone. Nil for a public repository.
	Credentials *Credentials
}

// ListRefs returns the refs of a remote, in its order. The error is an *Error for an answer that is of no use. The context bounds the whole question.
func (c *Client) ListRefs(ctx context.Context, request Request) ([]Ref, error) {
	address, err := url.Parse(request.URL)
	if err != nil {
		return nil, newError(NotGit, "the URL cannot be read") // url.Parse repeats it, with what it may hold.
	}

	if !slices.Contains(c.protocols, address.Scheme) {
		return nil, newError(NotAllowed, "repositories may not be read by %s", address.Scheme)
	}

	if request.Credentials != nil && address.Scheme != "https" {
		return nil, newError(NotAllowed, "credentials are not sent by %s", address.Scheme)
	}

	if known, ok := c.known.get(request.URL); ok {
		refs, err := c.lsRefs(ctx, address, request, known)

		failure, ok := errors.AsType[*Error](err)
		if !ok {
			return refs, err
		}

		// A server that has become another one, or has moved the repository, is asked from the beginning: at once, where it is not in trouble.
		c.known.forget(request.URL)

		if failure.Kind == Unavailable || failure.Kind == TooLarge {
			return nil, err
		}
	}

	found := &list{prefixes: request.Prefixes, most: c.maxRefs}

	base, able, err := c.discover(ctx, address, request, found)
	if err != nil {
		return nil, err
	}

	if able == nil {
		return found.refs, nil
	}

	refs, err := c.lsRefs(ctx, base, request, *able)

	// Where a redirect leads may change, which only the first request would show.
	if err == nil && base == address {
		c.known.put(request.URL, *able)
	}

	return refs, err
}

// discover makes the first request. It returns where the repository is, after redirects, and what its server can do; nil for one of an earlier version
// than 2, whose refs are in the list then.
func (c *Client) discover(ctx context.Context, address *url.URL, request Request, into *list) (*url.URL, *capabilities, error) {
	response, base, err := c.follow(ctx, address, request)
	if err != nil {
		return nil, nil, err
	}
	defer c.finish(response)

	if err := check(response, "application/x-git-upload-pack-advertisement"); err != nil {
		return nil, nil, err
	}

	able, err := readAdvertisement(newPacketReader(c.bounded(response.Body)), into)

	return base, able, err
}

// lsRefs asks a server of version 2. Git follows no redirect of this request.
func (c *Client) lsRefs(ctx context.Context, base *url.URL, request Request, able capabilities) ([]Ref, error) {
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, join(base, "git-upload-pack"), bytes.NewReader(lsRefsCommand(request.Prefixes, able)))
	if err != nil {
		return nil, fmt.Errorf("make the request for refs: %w", err)
	}

	post.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	post.Header.Set("Accept", "application/x-git-upload-pack-result")
	// Not sent: it tells the transport that the request may be made again where the server has closed the kept connection meanwhile.
	post.Header["Idempotency-Key"] = []string{}

	response, err := c.send(post, request)
	if err != nil {
		return nil, err
	}
	defer c.finish(response)

	if err := check(response, "application/x-git-upload-pack-result"); err != nil {
		return nil, err
	}

	found := &list{prefixes: request.Prefixes, most: c.maxRefs}
	if err := readRefs(newPacketReader(c.bounded(response.Body)), found); err != nil {
		return nil, err
	}

	return found.refs, nil
}

// lsRefsCommand is the body of the request.
func lsRefsCommand(prefixes []string, able capabilities) []byte {
	command := appendPacket(nil, "command=ls-refs")
	if able.format != "" {
		command = appendPacket(command, "object-format="+able.format)
	}

	command = append(command, "0001"...)
	command = appendPacket(command, "peel")
	command = appendPacket(command, "symrefs")

	if able.unborn {
		command = appendPacket(command, "unborn")
	}

	for _, prefix := range prefixes {
		command = appendPacket(command, "ref-prefix "+prefix)
	}

	return append(command, "0000"...)
}

// send makes one request, with the credentials where they may be sent.
func (c *Client) send(r *http.Request, request Request) (*http.Response, error) {
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Git-Protocol", "version=2")

	if given := request.Credentials; given != nil && sameOrigin(r.URL, request.URL) {
		r.SetBasicAuth(given.Username, given.Password)
	}

	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("ask the git server: %w", err)
	}

	return response, nil
}

// check refuses an answer that is not what a git server sends.
func check(response *http.Response, contentType string) error {
	if response.StatusCode != http.StatusOK {
		return errorOfStatus(response.StatusCode)
	}

	if sent := response.Header.Get("Content-Type"); sent != contentType {
		return newError(NotGit, "what answers sends %.100q, and no git server would", sent)
	}

	return nil
}

// finish gives the connection back where little is left of the answer, and closes it otherwise.
func (c *Client) finish(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, maxRest)
	_ = response.Body.Close()
}

func (c *Client) bounded(body io.Reader) io.Reader {
	return &boundedReader{reader: body, left: c.maxBytes}
}

// boundedReader reads up to that many bytes, and fails for one more.
type boundedReader struct {
	reader io.Reader
	left   int64
}

func (b *boundedReader) Read(data []byte) (int, error) {
	if b.left <= 0 {
		return 0, newError(TooLarge, "the git server's answer is too long")
	}

	n, err := b.reader.Read(data[:min(int64(len(data)), b.left)])
	b.left -= int64(n)

	return n, err
}

// join appends to a repository's URL as git does.
func join(base *url.URL, path string) string {
	text := base.String()
	if !strings.HasSuffix(text, "/") {
		text += "/"
	}

	return text + path
}
