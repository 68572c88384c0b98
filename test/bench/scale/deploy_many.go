package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

// deployers deploy at the same time, each one project after another: as many as the smallest platform's organisations may build at once.
const deployers = 20

// deployMany deploys all the time, for so long, and returns how many deployments went live, as of an hour. Each goes through the whole chain, and what was live
// before it is retired.
func (w *world) deployMany(ctx context.Context, during time.Duration) (float64, error) {
	before, err := w.processorTime(ctx)
	if err != nil {
		return 0, err
	}

	deploying, stop := context.WithTimeout(ctx, during)
	defer stop()

	var live atomic.Int64

	group, deploying := errgroup.WithContext(deploying)

	for deployer := range deployers {
		group.Go(func() error {
			for n := deployer; ; n += deployers {
				if err := w.deployOne(deploying, n%w.size.projects); err != nil {
					return err
				}

				live.Add(1)
			}
		})
	}

	if err := group.Wait(); !errors.Is(deploying.Err(), context.DeadlineExceeded) {
		return 0, err
	}

	after, err := w.processorTime(ctx)
	if err != nil {
		return 0, err
	}

	fmt.Fprintf(os.Stderr, "%d %%: %d deployments in %.0f s, with %.0f ms of processors each.\n", w.size.percent, live.Load(), during.Seconds(),
		float64((after-before).Milliseconds())/float64(max(live.Load(), 1)))

	return float64(live.Load()) / during.Hours(), w.awaitQuiet(ctx)
}

// awaitQuiet waits until what is under way is over.
func (w *world) awaitQuiet(ctx context.Context) error {
	return w.awaitTrue(ctx, "SELECT NOT EXISTS (SELECT FROM unfinished_jobs WHERE kind = 'retire' OR kind LIKE 'deploy.%')")
}

// deployOne deploys a project's newest commit and waits until it is live.
func (w *world) deployOne(ctx context.Context, project int) error {
	id, err := w.seeded(ctx, 3, project) //nolint:mnd // The kind of projects in fill.sql.
	if err != nil {
		return err
	}

	answer, err := w.owner.CreateDeploymentWithResponse(ctx, id, nil, client.CreateDeploymentInputBody{})
	if err != nil {
		return err
	}

	if answer.JSON201 == nil {
		return fmt.Errorf("deploy: %s: %s", answer.Status(), answer.Body)
	}

	return w.awaitLive(ctx, answer.JSON201.ID)
}

// awaitLive waits until a deployment is live.
func (w *world) awaitLive(ctx context.Context, deployment uuid.UUID) error {
	const again = time.Second

	news, cancel := w.listener.Subscribe(database.ChannelDeployments, deployment.String())
	defer cancel()

	for {
		found, err := database.New(w.pool).GetDeployment(ctx, deployment)
		if err != nil {
			return fmt.Errorf("read a deployment: %w", err)
		}

		switch found.State {
		case "live":
			return nil
		case "failed", "cancelled", "superseded":
			return fmt.Errorf("a deployment is %s", found.State)
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		case <-time.After(again):
		}
	}
}
