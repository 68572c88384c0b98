package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
)

// storedGroup is how a group stands, as the query wants it.
type storedGroup struct {
	Number    int32      `json:"number"`
	Name      string     `json:"name"`
	State     string     `json:"state"`
	Error     *string    `json:"error"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
}

// putGroups stores how the groups of a batch stand with its last line of each, and returns the number of the group of each line; 0: none. Groups
// are numbered within the deployment, behind those of attempts before. The log is locked.
func (l *buildLog) putGroups(ctx context.Context, queries *database.Queries, batch []activities.LogLine) ([]int32, error) {
	numbers, newest := make([]int32, len(batch)), map[int32]storedGroup{}

	for i, line := range batch {
		if line.Group == nil {
			continue
		}

		// What is known of it once stays, also when this transaction fails: while the attempt is open nobody else adds a group.
		if l.groupsBefore == nil {
			before, err := queries.LastBuildLogGroup(ctx, l.deployment)
			if err != nil {
				return nil, fmt.Errorf("read the last group: %w", err)
			}

			l.groupsBefore = &before
		}

		group := line.Group
		numbers[i] = *l.groupsBefore + int32(group.Number) //nolint:gosec // At most maxLogGroups.
		newest[numbers[i]] = storedGroup{
			Number: numbers[i], Name: group.Name, State: group.State, Error: lo.EmptyableToPtr(group.Error), StartedAt: group.Started, EndedAt: group.Ended,
		}
	}

	if len(newest) == 0 {
		return numbers, nil
	}

	encoded, err := json.Marshal(lo.Values(newest))
	if err != nil {
		return nil, fmt.Errorf("encode groups: %w", err)
	}

	if err := queries.PutBuildLogGroups(ctx, l.deployment, l.attempt, encoded); err != nil {
		return nil, fmt.Errorf("store groups: %w", err)
	}

	return numbers, nil
}
