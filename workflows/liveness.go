package workflows

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

// errPresumedDead ends a worker whose lock is lost: others take its jobs over.
var errPresumedDead = errors.New("lost the connection that shows that this worker lives")

// liveness shows other workers that this one lives, by a lock of Postgres that ends with its connection. It needs a
// direct connection: a transaction pooler would lose the lock.
type liveness struct {
	connection *pgx.Conn
}

// showLiveness takes the worker's lock. It must be held before the worker takes its first job.
func showLiveness(ctx context.Context, config *pgx.ConnConfig, worker string) (*liveness, error) {
	config = config.Copy()
	config.RuntimeParams["application_name"] = "zeitwork worker " + worker

	// When a machine vanishes without a word, Postgres must find out in seconds, or nobody may take its jobs over.
	for name, value := range map[string]string{"idle": "5", "interval": "5", "count": "3"} {
		config.RuntimeParams["tcp_keepalives_"+name] = value
	}

	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}

	if err := database.New(connection).HoldWorkerLock(ctx, worker); err != nil {
		return nil, errors.Join(fmt.Errorf("take the worker's lock: %w", err), connection.Close(ctx))
	}

	return &liveness{connection: connection}, nil
}

// watch returns errPresumedDead when the connection drops, and nil when ctx ends.
func (l *liveness) watch(ctx context.Context) error {
	// No channel is listened on: the wait ends with the connection or with ctx.
	for {
		if _, err := l.connection.WaitForNotification(ctx); ctx.Err() != nil {
			return nil //nolint:nilerr // The worker ends by itself.
		} else if err != nil {
			return errors.Join(errPresumedDead, err)
		}
	}
}

// end gives the lock back.
func (l *liveness) end(ctx context.Context) error { return l.connection.Close(ctx) }
