package workflows

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
)

const (
	// signEvery is how often a worker shows that it lives.
	signEvery = time.Second
	// workerLease is how long a worker may be silent before Postgres itself ends the session that holds its lock. A frozen worker keeps its
	// connections, and would otherwise keep its jobs as well.
	workerLease = 5 * time.Second
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
	config.RuntimeParams["idle_session_timeout"] = strconv.FormatInt(workerLease.Milliseconds(), 10)

	// Postgres must find out within seconds that a machine has vanished: until then no other worker may take its jobs over.
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

// watch shows that the worker lives until ctx ends, and returns nil then. It returns errPresumedDead when the connection
// drops.
func (l *liveness) watch(ctx context.Context) error {
	ticker := time.NewTicker(signEvery)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}

		if err := l.sign(ctx); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return errors.Join(errPresumedDead, err)
		}
	}
}

// sign asks Postgres something, for the session not to be idle. An answer that takes as long as the lease is none.
func (l *liveness) sign(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, workerLease)
	defer cancel()

	return l.connection.Ping(ctx)
}

// end gives the lock back.
func (l *liveness) end(ctx context.Context) error { return l.connection.Close(ctx) }
