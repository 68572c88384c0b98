package api

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// LookAtPlatform returns what workers find out what is wrong with the platform by: what get-platform-health calls a problem.
func LookAtPlatform(pool *pgxpool.Pool) workflows.Health {
	return func(ctx context.Context, worker string) ([]workflows.PlatformProblem, error) {
		_, checks, err := platform{pool: pool, queries: database.New(pool), observer: "the worker " + worker, clock: time.Now}.look(ctx)

		return lo.FilterMap(checks, func(check HealthCheck, _ int) (workflows.PlatformProblem, bool) {
			return workflows.PlatformProblem{
				Part: check.Part, About: check.About, Detail: check.Detail, Advice: check.Advice, LeftOut: check.About == leftOut,
			}, check.State == unhealthy
		}), err
	}
}

// lookAtAPI tells that no API answers: whoever asks one is answered, and a worker sees it in the database.
func (h *health) lookAtAPI(ctx context.Context, known platform) error {
	const (
		part = "api"
		// silent is how long none may answer.
		silent = time.Minute
	)

	last, err := known.queries.LastAnswerOfAPI(ctx)

	switch {
	case errors.Is(err, pgx.ErrNoRows):
		h.problem(part, "", "start `zeitwork api`", "none has ever answered")
	case err != nil:
		return err
	case known.now.Sub(last) > silent:
		h.problem(part, "", "start `zeitwork api`, or look at its log", "none has answered for %s", known.since(last))
	default:
		h.ok(part, "answers")
	}

	return nil
}
