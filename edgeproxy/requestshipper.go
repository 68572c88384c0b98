package edgeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/logging"
)

const (
	shipInterval = 500 * time.Millisecond
	shipTimeout  = 10 * time.Second
	// lastShipTimeout bounds how long an edge that stops tries to deliver what it still has.
	lastShipTimeout = time.Second
	// shipBatch is how many records are shipped at once.
	shipBatch = 500
	// maxRefusals bounds how often the platform is asked again to find the records that it refuses: a few among hundreds are found, and a platform that
	// refuses all of them is not flooded.
	maxRefusals = 64
)

// requestShipper ships what was recorded to the platform. While that is away it keeps what it has, and the ring the newest of what comes. A record has its
// id before it is shipped for the first time, so that one which is shipped again is stored once.
type requestShipper struct {
	api      *client.ClientWithResponses
	http     *http.Client
	recorder *requestRecorder
	interval time.Duration
	logger   *slog.Logger

	// Those that were taken from the recorder and not delivered.
	requests []client.ShippedRequest
	dropped  []client.DroppedRequests
}

func newRequestShipper(api *client.ClientWithResponses, own *http.Client, recorder *requestRecorder, logger *slog.Logger) *requestShipper {
	return &requestShipper{api: api, http: own, recorder: recorder, interval: shipInterval, logger: logger}
}

// run ships until ctx ends, and then once more.
func (s *requestShipper) run(ctx context.Context) {
	if s == nil {
		return
	}

	defer s.http.CloseIdleConnections()

	for failures := 0; ctx.Err() == nil; {
		sleep(ctx, lo.Ternary(failures == 0, s.interval, pause(failures)))

		bounded, cancel := context.WithTimeout(ctx, shipTimeout)
		err := s.ship(bounded, time.Now().Add(-toldEvery))

		cancel()

		if err == nil {
			failures = 0

			continue
		}

		if failures++; failures == 1 && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "the platform does not take the records of requests; keeping the newest", logging.Error(err))
		}
	}

	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastShipTimeout)
	defer cancel()

	if err := s.ship(last, time.Now()); err != nil {
		s.logger.DebugContext(ctx, "the last records of requests are lost", logging.Error(err))
	}
}

// ship delivers all that was recorded. What is refused is halved until the bad record is alone: the others of its batch are other deployments'.
// The platform is told of dropped requests of a deployment if it was not since toldBefore.
func (s *requestShipper) ship(ctx context.Context, toldBefore time.Time) error {
	if len(s.requests) == 0 {
		s.requests = lo.Map(s.recorder.ring.take(), func(r requestRecord, _ int) client.ShippedRequest { return r.shipped() })
		slices.SortFunc(s.requests, func(a, b client.ShippedRequest) int { return slices.Compare(a.ID[:], b.ID[:]) })
	}

	if len(s.dropped) == 0 {
		s.dropped = s.recorder.takeDropped(time.Now(), toldBefore)
	}

	for size, refusals := shipBatch, 0; len(s.requests) > 0 || len(s.dropped) > 0; {
		requests, dropped := s.requests[:min(len(s.requests), size)], s.dropped[:min(len(s.dropped), size)]

		err := s.deliver(ctx, client.ShipRequestsInputBody{Requests: requests, Dropped: dropped})
		if refused, ok := errors.AsType[*refusedError](err); ok {
			if most := max(len(requests), len(dropped)); most > 1 && refusals < maxRefusals {
				size = most / 2 //nolint:mnd // Half of them.
				refusals++

				continue
			}

			s.logger.ErrorContext(ctx, "the platform refuses records of requests; they are lost", slog.Int("requests", len(requests)), logging.Error(refused))
			s.lose(requests)
		} else if err != nil {
			return err
		}

		s.requests, s.dropped = s.requests[len(requests):], s.dropped[len(dropped):]
		size = min(2*size, shipBatch) //nolint:mnd // Behind a bad record there are good ones.
	}

	return nil
}

// lose counts requests as dropped.
func (s *requestShipper) lose(requests []client.ShippedRequest) {
	for _, request := range requests {
		s.recorder.samplerOf(request.DeploymentID).dropped.Add(1)
	}
}

// refusedError says that a batch would be refused again.
type refusedError struct{ status string }

func (e *refusedError) Error() string { return e.status }

func (s *requestShipper) deliver(ctx context.Context, batch client.ShipRequestsInputBody) error {
	answer, err := s.api.ShipRequestsWithResponse(ctx, batch)
	if err != nil {
		return fmt.Errorf("shipping records of requests: %w", err)
	}

	switch answer.StatusCode() {
	case http.StatusNoContent:
		return nil
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return &refusedError{answer.Status()}
	default:
		return fmt.Errorf("shipping records of requests: %s", answer.Status())
	}
}

// takeDropped returns what was dropped of the deployments of which the platform was not told since toldBefore, and forgets deployments that get no
// requests any more.
func (r *requestRecorder) takeDropped(now, toldBefore time.Time) []client.DroppedRequests {
	taken := []client.DroppedRequests{}

	r.samplers.Range(func(deployment, value any) bool {
		sampler, ok := value.(*requestSampler)

		switch {
		case !ok:
		case sampler.isIdle(now):
			r.samplers.Delete(deployment)
		case sampler.dropped.Load() > 0 && !sampler.toldAt.After(toldBefore):
			sampler.toldAt = now
			taken = append(taken, client.DroppedRequests{ID: id.New(), DeploymentID: sampler.deploymentID, Count: sampler.dropped.Swap(0)})
		}

		return true
	})

	return taken
}
