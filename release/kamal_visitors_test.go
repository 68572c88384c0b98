package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

const (
	// visitors ask the API, members deploy, and followers read streams, each one thing after the other.
	visitors, members, followers = 3, 4, 3
	// pause is between two requests of one person: together they stay below what the API answers one user.
	pause = 100 * time.Millisecond
)

// crowd are those who use the platform while its containers are replaced.
type crowd struct {
	api        *client.ClientWithResponses
	repository string
	// leaving is closed when they are to end what they do, and do no more.
	leaving chan struct{}
	working sync.WaitGroup

	requests, streams, deployments atomic.Int64

	mutex    sync.Mutex
	failures []string
}

// newCrowd returns a crowd that comes by the proxy at an address, which has the certificate, and which they know by a URL.
func newCrowd(t *testing.T, url, address string, chain []byte, token, repository string) *crowd {
	t.Helper()

	authorities := x509.NewCertPool()
	require.True(t, authorities.AppendCertsFromPEM(chain))

	web := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: visitors + members + followers, TLSClientConfig: &tls.Config{RootCAs: authorities},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}

	api, err := client.NewClientWithResponses(url, client.WithHTTPClient(web), client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)

		return nil
	}))
	require.NoError(t, err)

	return &crowd{api: api, repository: repository, leaving: make(chan struct{})}
}

// come has everybody begin.
func (c *crowd) come(t *testing.T) {
	t.Helper()

	organisations, err := c.api.ListOrganisationsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.NotNil(t, organisations.JSON200, "%s", organisations.Body)

	organisation := organisations.JSON200.Items[0].ID

	for range visitors {
		c.working.Go(func() { c.visit(t.Context(), organisation) })
	}

	for i := range members {
		project, err := c.api.CreateProjectWithResponse(t.Context(), nil, client.CreateProjectInputBody{
			Name: fmt.Sprintf("app-%d", i), RepositoryURL: c.repository, AutoDeploy: new(bool), OrganisationID: &organisation,
		})
		require.NoError(t, err)
		require.NotNil(t, project.JSON201, "%s", project.Body)

		c.working.Go(func() { c.deployAgainAndAgain(t.Context(), project.JSON201.ID) })
	}

	for range followers {
		c.working.Go(func() { c.follow(t.Context(), organisation) })
	}
}

// leave has everybody end what they do.
func (c *crowd) leave() {
	close(c.leaving)
	c.working.Wait()
}

// stays waits between two requests; false when it is time to leave.
func (c *crowd) stays(ctx context.Context) bool {
	select {
	case <-c.leaving:
		return false
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// answered counts a request, and keeps what is wrong with its answer.
func (c *crowd) answered(what string, err error, answer interface{ StatusCode() int }) bool {
	c.requests.Add(1)

	switch {
	case err != nil:
		c.failf("%s: %v", what, err)
	case answer.StatusCode() >= http.StatusMultipleChoices:
		c.failf("%s: %d", what, answer.StatusCode())
	default:
		return true
	}

	return false
}

func (c *crowd) failf(format string, values ...any) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.failures = append(c.failures, fmt.Sprintf(format, values...))
}

func (c *crowd) visit(ctx context.Context, organisation uuid.UUID) {
	for c.stays(ctx) {
		me, err := c.api.GetMeWithResponse(ctx)
		c.answered("who I am", err, me)

		projects, err := c.api.ListProjectsWithResponse(ctx, &client.ListProjectsParams{OrganisationID: &organisation})
		c.answered("the projects", err, projects)
	}
}

// deployAgainAndAgain deploys a project whenever its deployment has ended.
func (c *crowd) deployAgainAndAgain(ctx context.Context, project uuid.UUID) {
	for c.stays(ctx) {
		made, err := c.api.CreateDeploymentWithResponse(ctx, project, nil, client.CreateDeploymentInputBody{})
		if !c.answered("deploy", err, made) {
			return
		}

		c.deployments.Add(1)

		for state := made.JSON201.State; state != client.DeploymentStateFailed; {
			// Who leaves waits for the end, too: no job may be lost.
			time.Sleep(pause)

			found, err := c.api.GetDeploymentWithResponse(ctx, made.JSON201.ID)
			if !c.answered("the deployment", err, found) {
				return
			}

			state = found.JSON200.State
		}
	}
}

// follow reads the organisation's changes. A stream that ends is opened again behind the last event.
func (c *crowd) follow(ctx context.Context, organisation uuid.UUID) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	go func() {
		select {
		case <-c.leaving:
			cancel()
		case <-ctx.Done():
		}
	}()

	last := ""

	for ctx.Err() == nil {
		params := &client.StreamOrganisationChangesParams{}
		if last != "" {
			params.LastEventID = &last
		}

		stream, err := c.api.StreamOrganisationChanges(ctx, organisation, params)

		switch {
		case errors.Is(err, context.Canceled):
			return
		case err != nil:
			c.failf("open a stream: %v", err)

			return
		case stream.StatusCode != http.StatusOK:
			_ = stream.Body.Close()
			c.failf("open a stream: %s", stream.Status)

			return
		}

		c.streams.Add(1)

		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				last = id
			}
		}

		_ = stream.Body.Close()
	}
}
