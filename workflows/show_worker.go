package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/version"
)

const (
	// showEvery is how often a worker tells operators that it lives. Other workers take its jobs over by its lock, which is quicker.
	showEvery = 5 * time.Second
	// askBuilderEvery is how often a worker asks its BuildKit how it is, and askBuilderTimeout bounds the answer.
	askBuilderEvery   = time.Minute
	askBuilderTimeout = 20 * time.Second
	// forgetWorkersAfter is how long the row of a worker that died is kept, for operators to see it.
	forgetWorkersAfter = time.Hour
)

// builderNews is what a worker knows of its BuildKit.
type builderNews struct {
	version *string
	disk    *int64
	// builders are all builders, each with the version of Zeitwork that it told last.
	builders []activities.BuilderVersion
	trouble  *string
	seenAt   *time.Time
}

// show keeps the worker's row in the list of workers until ctx ends.
func (w *Worker) show(ctx context.Context) {
	slots, err := json.Marshal(lo.MapValues(w.queues(), func(queue river.QueueConfig, _ string) int { return queue.MaxWorkers }))
	if err != nil {
		w.logger.WarnContext(ctx, "cannot encode the slots of this worker", logging.Error(err))

		return
	}

	row := database.ShowWorkerParams{
		ID: w.id, Name: w.name, Version: version.Get().Version, Slots: slots, BuildkitAddress: w.builder.Address(),
	}

	var news atomic.Pointer[builderNews]

	news.Store(&builderNews{builders: []activities.BuilderVersion{}})

	asked := make(chan struct{}, 1)
	go w.askBuilder(ctx, &news, asked)

	ticker := time.NewTicker(showEvery)
	defer ticker.Stop()

	for {
		known := news.Load()

		if row.Builders, err = json.Marshal(known.builders); err != nil {
			w.logger.WarnContext(ctx, "cannot encode the versions of the builders", logging.Error(err))
		}

		row.BuildkitVersion, row.BuildkitDiskBytes, row.BuildkitError, row.BuildkitSeenAt = known.version, known.disk, known.trouble, known.seenAt

		row.SaidAt = time.Now()

		if err := w.showOnce(ctx, row); err != nil && ctx.Err() == nil {
			w.logger.WarnContext(ctx, "cannot tell operators that this worker lives; trying again", logging.Error(err))
		}

		select {
		case <-ctx.Done():
			return
		case <-asked:
		case <-ticker.C:
		}
	}
}

func (w *Worker) showOnce(ctx context.Context, row database.ShowWorkerParams) error {
	queries := database.New(w.pool)
	if err := queries.ShowWorker(ctx, row); err != nil {
		return fmt.Errorf("write the worker's row: %w", err)
	}

	return queries.DeleteSilentWorkers(ctx, forgetWorkersAfter)
}

// askBuilder asks BuildKit again and again how it is, until ctx ends.
func (w *Worker) askBuilder(ctx context.Context, news *atomic.Pointer[builderNews], asked chan<- struct{}) {
	ticker := time.NewTicker(askBuilderEvery)
	defer ticker.Stop()

	for {
		news.Store(w.askBuilderOnce(ctx, *news.Load()))

		select {
		case asked <- struct{}{}:
		default:
		}

		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// askBuilderOnce returns what is known of BuildKit now. Where none answers, what was said the last time is still known.
func (w *Worker) askBuilderOnce(ctx context.Context, known builderNews) *builderNews {
	asking, cancel := context.WithTimeout(ctx, askBuilderTimeout)
	defer cancel()

	state, err := w.builder.State(asking)
	known.builders = versionsAfter(known.builders, state)

	if err == nil {
		return &builderNews{version: &state.Version, disk: &state.DiskBytes, seenAt: new(time.Now()), builders: known.builders}
	}

	if ctx.Err() == nil {
		w.logger.WarnContext(ctx, "BuildKit does not say how it is", slog.String("address", w.builder.Address()), logging.Error(err))
	}

	if state.Version != "" {
		known.version, known.disk, known.seenAt = &state.Version, &state.DiskBytes, new(time.Now())
	}

	known.trouble = new(fmt.Sprintf(
		"BuildKit at %s did not answer when the worker asked how it is: it is away, or is being drained. The log of the worker says more.",
		strings.Join(state.Silent, ", ")))

	return &known
}

// versionsAfter returns what is known of the builders' versions after they were asked. One that is silent keeps the version that it told last.
func versionsAfter(known []activities.BuilderVersion, state activities.BuilderState) []activities.BuilderVersion {
	silent := lo.Map(state.Silent, func(address string, _ int) activities.BuilderVersion {
		told, _ := lo.Find(known, func(b activities.BuilderVersion) bool { return b.Address == address })

		return activities.BuilderVersion{Address: address, Version: told.Version, Silent: true}
	})

	return slices.Concat(state.Versions, silent)
}

// withdraw takes the worker out of the list of workers when it has stopped.
func (w *Worker) withdraw(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()

	if err := database.New(w.pool).DeleteWorker(ctx, w.id); err != nil {
		w.logger.WarnContext(ctx, "cannot take this worker out of the list of workers", logging.Error(err))
	}
}
