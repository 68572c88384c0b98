package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// forgetPatience bounds how long a caller waits for the requests of a project to be deleted. Workers delete the rest.
const forgetPatience = 5 * time.Second

// forgetRequests deletes the requests of a project that keeps none, in batches, each in a transaction of its own: nobody waits for locks of the project
// meanwhile. They are hidden before.
func (s *service) forgetRequests(ctx context.Context, project uuid.UUID) {
	bounded, cancel := context.WithTimeout(ctx, forgetPatience)
	defer cancel()

	for {
		deleted, err := s.queries.ForgetRequestLogs(bounded, project, organisationOf(ctx))
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			noteError(ctx, err)
		}

		if err != nil || deleted == 0 {
			return
		}
	}
}

// mayRecord refuses to keep the requests of a project again while some are left from before it was to keep none: they would be shown again.
func mayRecord(ctx context.Context, queries *database.Queries, before, after database.Project) error {
	if before.RecordRequests || !after.RecordRequests {
		return nil
	}

	// A batch that read the project before has committed once this lock is held; one that waits for the lock reads the new setting.
	if err := queries.LockRequestLogs(ctx, []uuid.UUID{after.ID}); err != nil {
		return err
	}

	left, err := queries.HasRequestLogs(ctx, after.ID, after.OrganisationID)
	if err != nil || !left {
		return err
	}

	return problem.New(problem.Conflict, "The requests that the project kept before are still being deleted. Try again in some minutes.")
}
