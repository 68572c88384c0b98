package workflows

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// measurePartitions are those of measures. The database knows how wide they are and for how long they are kept, since the API makes one, too, where no worker
// has for days.
func (w *Worker) measurePartitions() partitioned {
	return partitioned{
		name: "measures",
		add: func(ctx context.Context, now time.Time) (made int, err error) {
			count, err := database.New(w.pool).MakeMeasurePartitions(ctx, now)

			return int(count), err
		},
		drop: func(ctx context.Context, now time.Time) (dropped int, err error) {
			err = database.InTx(ctx, w.pool, func(_ pgx.Tx, queries *database.Queries) error {
				if err := queries.WaitBrieflyForLocks(ctx); err != nil {
					return err
				}

				count, err := queries.DropMeasurePartitions(ctx, now)
				dropped = int(count)

				return err
			})

			return dropped, err
		},
	}
}
