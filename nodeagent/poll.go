package nodeagent

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/zeitwork/zeitwork/client"
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

// poll keeps the assignments up to date until ctx ends. While the API is away the last ones stay in force.
func (a *Agent) poll(ctx context.Context) error {
	var etag string

	retry := backoff{first: firstRetry, last: lastRetry}

	for ctx.Err() == nil {
		tag, err := a.pollOnce(ctx, etag)
		if err == nil {
			etag = tag

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

// pollOnce waits for a change of the assignments, applies it, and returns the ETag of those that are in force then.
func (a *Agent) pollOnce(ctx context.Context, etag string) (string, error) {
	list, tag, err := a.fetch(ctx, etag)
	if err != nil || list == nil {
		return tag, err
	}

	return tag, a.apply(ctx, *list)
}

// fetch returns the assignments and their ETag, and nil for assignments that have not changed.
func (a *Agent) fetch(ctx context.Context, etag string) (*client.Assignments, string, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()

	seconds := int64(longPoll.Seconds())
	params := &client.GetAssignmentsParams{WaitSeconds: &seconds, Capabilities: new(capabilities())}

	if etag != "" {
		params.IfNoneMatch = &etag
	}

	response, err := a.api.GetAssignmentsWithResponse(ctx, params)
	if err != nil {
		return nil, "", fmt.Errorf("ask for assignments: %w", err)
	}

	switch {
	case response.StatusCode() == http.StatusNotModified:
		return nil, etag, nil
	case response.JSON200 != nil:
		return response.JSON200, response.HTTPResponse.Header.Get("ETag"), nil
	default:
		return nil, "", fmt.Errorf("ask for assignments: the API answered %s", response.Status())
	}
}
