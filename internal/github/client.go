package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/zeitwork/zeitwork/internal/egress"
)

// requestTimeout is how long GitHub may take for one answer. Its own limit is ten seconds.
const requestTimeout = 20 * time.Second

// Options are what a Client can be given; the zero value is for production.
type Options struct {
	// Transport makes the connections; nil for one that reaches public addresses alone.
	Transport http.RoundTripper
	// Now is the clock by which limits and tokens are kept; nil for time.Now.
	Now func() time.Time
	// Timeout bounds each request; zero for twenty seconds.
	Timeout time.Duration
}

// Client knows where GitHub is.
type Client struct {
	endpoints endpoints
	next      http.RoundTripper
	now       func() time.Time
	timeout   time.Duration
	// anonymous is the budget of what is asked without a token.
	anonymous *budget
}

// New returns a client. It does not ask GitHub anything yet.
func New(config Config, options Options) (*Client, error) {
	known, err := config.endpoints()
	if err != nil {
		return nil, err
	}

	c := &Client{endpoints: known, next: options.Transport, now: options.Now, timeout: options.Timeout}

	if c.next == nil {
		c.next = egress.Dialer{}.Transport()
	}

	if c.now == nil {
		c.now = time.Now
	}

	if c.timeout == 0 {
		c.timeout = requestTimeout
	}

	c.anonymous = newBudget(c.now)

	return c, nil
}

// URL is where people see GitHub, without a slash at its end.
func (c *Client) URL() string { return c.endpoints.web.String() }

// at returns an address of GitHub's web pages with parameters.
func (c *Client) at(path string, parameters map[string]string) string {
	address := *c.endpoints.web
	address.Path += path

	query := url.Values{}

	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}

	address.RawQuery = query.Encode()

	return address.String()
}

// asking returns a client of the API for one caller.
func (c *Client) asking(of *budget, who authorize) *asker {
	transport := &transport{next: c.next, budget: of, endpoints: c.endpoints, authorize: who}
	caller := &http.Client{Transport: transport, Timeout: c.timeout}
	rest := github.NewClient(caller)
	base := *c.endpoints.rest
	rest.BaseURL = &base

	return &asker{rest: rest, http: caller, endpoints: c.endpoints}
}

// asker makes requests for one caller.
type asker struct {
	rest      *github.Client
	http      *http.Client
	endpoints endpoints
}

// all reads every page of a list.
func all[T any](ctx context.Context, read func(ctx context.Context, options github.ListOptions) ([]T, *github.Response, error)) ([]T, error) {
	const (
		perPage = 100
		// mostPages keeps a GitHub that always names a next page from being asked for ever.
		mostPages = 1000
	)

	var list []T

	options := github.ListOptions{PerPage: perPage}

	for range mostPages {
		part, response, err := read(ctx, options)
		if err != nil {
			return nil, explain(ctx, err)
		}

		list = append(list, part...)

		if response.NextPage == 0 {
			return list, nil
		}

		options.Page = response.NextPage
	}

	return nil, fmt.Errorf("GitHub names more than %d pages of a list", mostPages)
}
