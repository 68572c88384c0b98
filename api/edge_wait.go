package api

import (
	"context"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// waitAsEdge calls look at once, and again whenever news says that something may have changed, until look returns true or the calling edge's waiting time is
// over, or enough comes, which may be nil. It returns the last answer of look. Edges that wait share what is asked of Postgres meanwhile: look is told
// after when somebody's question of Postgres
// has to have begun for its answer to be new enough.
func (s *service) waitAsEdge(
	ctx context.Context, input WaitInput, news, enough <-chan struct{}, look func(notBefore time.Time) (found bool, err error),
) (bool, error) {
	defer s.edges.wait(callerOf(ctx).edgeID)()

	again := time.NewTicker(recheckInterval)
	defer again.Stop()

	deadline := time.NewTimer(time.Duration(input.WaitSeconds) * time.Second)
	defer deadline.Stop()

	// The edge has asked behind its subscription to the news.
	var notBefore time.Time

	for {
		found, err := look(notBefore)
		if err != nil {
			return false, err
		}

		if found {
			return true, s.stillValid(ctx)
		}

		select {
		case <-ctx.Done():
			return false, nil
		case <-s.stopping:
			return false, nil
		case <-deadline.C:
			return false, nil
		case <-enough:
			return false, nil
		case <-news:
			notBefore = time.Now()
		case <-again.C:
			notBefore = time.Now().Add(-recheckInterval)

			if err := s.edges.touch(ctx); err != nil {
				return false, err
			}

			// A token that has ended meanwhile keeps no connection.
			if err := s.stillValid(ctx); err != nil {
				return false, err
			}
		}
	}
}

// stillValid refuses an edge whose token has ended while its request waited: it must not learn what has changed since then.
func (s *service) stillValid(ctx context.Context) error {
	valid, err := s.edges.tokens.do(ctx, callerOf(ctx).tokenID)
	if err == nil && !valid {
		err = problem.New(problem.Unauthorized, "The token is not valid any more.")
	}

	return err
}
