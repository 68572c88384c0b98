package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
)

const (
	// wakeAgain is how often the platform is asked while requests for an app wait that wakes: it says whether there is room. A call more does no harm.
	wakeAgain = 2 * time.Second
	// wakeTimeout bounds one call.
	wakeTimeout = 5 * time.Second
)

// wake asks the platform to start a deployment that sleeps, and returns whether there is no room for it.
type wake func(ctx context.Context, deployment uuid.UUID) (noRoom bool, err error)

// wakeBy returns what asks by the API.
func wakeBy(api *client.ClientWithResponses) wake {
	return func(ctx context.Context, deployment uuid.UUID) (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, wakeTimeout)
		defer cancel()

		answer, err := api.WakeDeploymentWithResponse(ctx, client.WakeDeploymentInputBody{DeploymentID: deployment})

		switch {
		case err != nil:
			return false, fmt.Errorf("waking a deployment: %w", err)
		case answer.StatusCode() != http.StatusOK || answer.JSON200 == nil:
			return false, errors.New("waking a deployment: the platform answered " + answer.Status())
		default:
			return answer.JSON200.NoRoom, nil
		}
	}
}

// sleepingError says that a request was for an app that sleeps, and was held in vain.
type sleepingError struct {
	cause  error
	noRoom bool
}

func (e *sleepingError) Error() string { return "the app sleeps: " + e.cause.Error() }
func (e *sleepingError) Unwrap() error { return e.cause }

func (e *sleepingError) page() page {
	if e.noRoom {
		return pageNoRoom
	}

	return pageWaking
}

// explain returns the error of a request that was held in vain.
func (h *holder) explain(e *exchange, cause error) error {
	if h.sleeping(e.host) == nil {
		return cause
	}

	return &sleepingError{cause, e.noRoom}
}

// sleeping returns the newest route of a host where its app sleeps and can be woken, and nil otherwise.
func (h *holder) sleeping(host string) *route {
	newest := h.table.Load().lookup(host)
	if newest == nil || !newest.wakes {
		return nil
	}

	return newest
}

// patienceFor returns how long a request is held at most.
func (h *holder) patienceFor(s sender, host string) time.Duration {
	switch {
	case h.sleeping(host) == nil:
		return h.patience
	case s.wantsPage():
		return h.patiencePage
	default:
		return h.patienceWaking
	}
}

// wakeIfAsleep begins to wake the host's app where it sleeps, once for all requests that share the hold.
func (h *holder) wakeIfAsleep(ctx context.Context, host string, current *hold) {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	if current.waking || h.sleeping(host) == nil {
		return
	}

	current.waking = true

	go h.wakeUp(ctx, host, current)
}

// wakeUp asks the platform again and again until the app is awake or nobody waits any more.
func (h *holder) wakeUp(ctx context.Context, host string, current *hold) {
	failures := 0

	for asleep := h.sleeping(host); asleep != nil && ctx.Err() == nil; asleep = h.sleeping(host) {
		noRoom, err := h.wake(ctx, asleep.deploymentID)
		if err != nil {
			failures++

			sleep(ctx, pause(failures))

			continue
		}

		h.mutex.Lock()
		current.noRoom, failures = noRoom, 0
		h.mutex.Unlock()

		sleep(ctx, wakeAgain)
	}
}

func (h *holder) lacksRoom(current *hold) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()

	return current.noRoom
}
