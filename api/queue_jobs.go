package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// The states of jobs that are not done, as River names them. Lists have them in this order.
const (
	jobRunning   = "running"
	jobAvailable = "available"
	jobRetryable = "retryable"
	jobScheduled = "scheduled"
)

// queueCursor is behind which job a page of the queue begins: it names the job by what the list is ordered by, since the job itself may be done by then.
type queueCursor struct {
	Rank        int32     `json:"r"`
	Queue       string    `json:"q"`
	Place       int64     `json:"n"`
	Priority    int16     `json:"p"`
	ScheduledAt time.Time `json:"s"`
	ID          int64     `json:"i"`
}

func (i *ListQueueJobsInput) after() (queueCursor, error) {
	cursor := queueCursor{}
	if i.Cursor == "" {
		return cursor, nil
	}

	raw, err := base64.RawURLEncoding.DecodeString(i.Cursor)
	if err != nil {
		return cursor, invalidCursor(err)
	}

	if err := json.Unmarshal(raw, &cursor); err != nil {
		return cursor, invalidCursor(err)
	}

	return cursor, nil
}

func (c queueCursor) String() string {
	encoded, err := json.Marshal(c)
	if err != nil {
		return "" // Numbers, a name and a time can always be encoded.
	}

	return base64.RawURLEncoding.EncodeToString(encoded)
}

func (s *service) listQueueJobs(ctx context.Context, input *ListQueueJobsInput) (*PageOutput[QueueJob], error) {
	after, err := input.after()
	if err != nil {
		return nil, err
	}

	states := input.State
	if len(states) == 0 {
		states = []string{jobRunning, jobAvailable, jobRetryable, jobScheduled}
	}

	rows, err := s.queries.ListQueueJobs(ctx, database.ListQueueJobsParams{
		States: lo.Uniq(states), Queues: workflows.QueueNames(), Queue: input.Queue, MaxRows: int32(input.Limit) + 1, //nolint:gosec // Bounded by the schema.
		AfterRank: after.Rank, AfterQueue: storable(after.Queue), AfterPlace: after.Place, AfterPriority: after.Priority,
		AfterScheduledAt: after.ScheduledAt, AfterID: after.ID,
	})
	if err != nil {
		return nil, err
	}

	output := pageBy(input.Limit, rows, newQueueJob, func(QueueJob) string { return cursorOf(rows[input.Limit-1]).String() })

	return output, nil
}

func cursorOf(row database.ListQueueJobsRow) queueCursor {
	return queueCursor{Rank: row.Rank, Queue: row.Queue, Place: row.Place, Priority: row.Priority, ScheduledAt: row.ScheduledAt, ID: row.ID}
}

func newQueueJob(row database.ListQueueJobsRow) QueueJob {
	job := QueueJob{
		ID: row.ID, Kind: row.Kind, Queue: row.Queue, State: row.State, Attempt: int(row.Attempt), Since: row.CreatedAt, Worker: row.Worker,
		WaitingBecause: waitingBecause(row), LastError: row.LastError, DeploymentID: row.DeploymentID, EnvironmentID: row.EnvironmentID,
		Project: ownerIn(row.ProjectID, row.ProjectSlug), Organisation: ownerIn(row.OrganisationID, row.OrganisationSlug), CreatedAt: row.CreatedAt,
	}

	switch row.State {
	case jobAvailable:
		job.Place, job.Since = int(row.Place), row.ScheduledAt
	case jobRunning:
		job.Since = lo.FromPtrOr(row.AttemptedAt, row.CreatedAt)
	default:
		job.NextTryAt, job.Since = &row.ScheduledAt, lo.FromPtrOr(row.AttemptedAt, row.CreatedAt)
	}

	return job
}

// waitingBecause says why a job waits: what its step said of it, or what its state tells.
func waitingBecause(row database.ListQueueJobsRow) string {
	switch {
	case row.State == jobAvailable && row.Place == 1:
		return fmt.Sprintf("Waiting for a free slot of the queue %s: it is the next.", row.Queue)
	case row.State == jobAvailable:
		return fmt.Sprintf("Waiting for a free slot of the queue %s: %d before it.", row.Queue, row.Place-1)
	case row.WaitingFor != "" || row.State == jobRunning:
		return row.WaitingFor
	case row.State == jobRetryable:
		return "Waiting because the last attempt failed. It is tried again."
	default:
		return "Waiting because it is to run later."
	}
}

func ownerIn(id *uuid.UUID, slug *string) *Owner {
	if id == nil {
		return nil
	}

	return &Owner{ID: *id, Slug: lo.FromPtr(slug)}
}
