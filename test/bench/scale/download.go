package scale

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// download is what it costs when all edges start at once without a table.
type download struct{ megabytes, seconds, processorSeconds float64 }

// downloadAll has as many edges more ask for the whole table, all at once.
func (w *world) downloadAll(ctx context.Context) (result download, err error) {
	before, err := w.processorTime(ctx)
	if err != nil {
		return result, err
	}

	group, asking := errgroup.WithContext(ctx)
	began := time.Now()
	asked := make([]*edge, edges)

	for number := range asked {
		asked[number] = newEdge(w.server.URL, number)
		asked[number].onlyCounts = true

		group.Go(func() error {
			defer asked[number].http.CloseIdleConnections()

			return asked[number].poll(asking)
		})
	}

	if err := group.Wait(); err != nil {
		return result, err
	}

	result.seconds = time.Since(began).Seconds()

	after, err := w.processorTime(ctx)
	if err != nil {
		return result, err
	}

	const megabyte = 1_000_000

	result.megabytes = float64(asked[0].answers[0].bytes) / megabyte
	result.processorSeconds = (after - before).Seconds()

	return result, nil
}
