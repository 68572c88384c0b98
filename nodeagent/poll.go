package nodeagent

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/joining"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	longPoll = 30 * time.Second
	// pollTimeout leaves the API time to answer after the end of a long poll.
	pollTimeout = longPoll + 15*time.Second

	// lastRetry bounds the time until a node asks again after the API is back.
	firstRetry = 250 * time.Millisecond
	lastRetry  = 2 * time.Second

	// pollPause bounds the rate of polls where the API answers at once every time.
	pollPause = 50 * time.Millisecond
)

// poller asks the API for the assignments and remembers what it was told. Only one goroutine may use it.
type poller struct {
	agent *Agent
	// told are the assignments in force.
	told assignments
	// etag is that of the whole list in force; empty where changes were told since.
	etag string
	// refusedAt is when an API of the version before said that it does not know how to tell changes.
	refusedAt time.Time
}

// poll keeps the assignments up to date until ctx ends. While the API is away the last ones stay in force.
func (a *Agent) poll(ctx context.Context) error {
	var (
		p     = poller{agent: a}
		retry = backoff{first: firstRetry, last: lastRetry}
	)

	for ctx.Err() == nil {
		err := p.once(ctx)
		if err == nil {
			retry.reset()
			pause(ctx, pollPause)

			continue
		}

		if ctx.Err() == nil {
			a.logger.WarnContext(ctx, "the assignments could not be fetched; the last ones stay in force", logging.Error(err))
			retry.pause(ctx)
		}
	}

	return nil
}

// once waits for a change of the assignments and applies it. What could not be applied counts as not told.
func (p *poller) once(ctx context.Context) error {
	if time.Since(p.refusedAt) < silentAfterRefusal {
		return p.whole(ctx)
	}

	seconds := int64(longPoll.Seconds())

	asking, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	response, err := p.agent.api.GetAssignmentChangesWithResponse(asking,
		&client.GetAssignmentChangesParams{WaitSeconds: &seconds, Capabilities: new(capabilities())}, p.told.known())
	if err != nil {
		return fmt.Errorf("ask for changes of the assignments: %w", err)
	}

	switch {
	case response.JSON200 != nil:
		after, changed := p.told.with(*response.JSON200)
		if !changed {
			return nil
		}

		return p.apply(ctx, after, "")
	case response.StatusCode() == http.StatusNotFound, response.StatusCode() == http.StatusMethodNotAllowed:
		p.refusedAt = time.Now()

		return p.whole(ctx)
	default:
		return fmt.Errorf("ask for changes of the assignments: the API answered %s: %s", response.Status(), joining.Detail(response.Body))
	}
}

// whole waits for a change as an API of the version before tells it, with the whole list.
func (p *poller) whole(ctx context.Context) error {
	seconds := int64(longPoll.Seconds())

	asking, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	response, err := p.agent.api.GetAssignmentsWithResponse(asking,
		&client.GetAssignmentsParams{WaitSeconds: &seconds, Capabilities: new(capabilities()), IfNoneMatch: lo.EmptyableToPtr(p.etag)})
	if err != nil {
		return fmt.Errorf("ask for assignments: %w", err)
	}

	switch {
	case response.StatusCode() == http.StatusNotModified:
		return nil
	case response.JSON200 != nil:
		return p.apply(ctx, assignmentsFrom(*response.JSON200), response.HTTPResponse.Header.Get("ETag"))
	default:
		return fmt.Errorf("ask for assignments: the API answered %s: %s", response.Status(), joining.Detail(response.Body))
	}
}

func (p *poller) apply(ctx context.Context, told assignments, etag string) error {
	if err := p.agent.apply(ctx, told.whole()); err != nil {
		return err
	}

	p.told, p.etag = told, etag

	return nil
}
