package workflows

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// The kinds of events in the timeline of a project, as they stand in project_events.kind.
const (
	eventInstances = "instances"
	eventReplaced  = "replaced"
	eventPinned    = "pinned"
	eventUnpinned  = "unpinned"
	eventPreview   = "preview"
	// eventSkipped is a push that is not deployed, eventRepository what happened to the repository itself.
	eventSkipped    = "skipped"
	eventRepository = "repository"
	// eventCertificate is one that cannot be ordered, or expires.
	eventCertificate = "certificate"
)

// recordEvent writes a sentence into the timeline of a project: what happened to it beside its deployments.
func recordEvent(ctx context.Context, queries *database.Queries, project uuid.UUID, deployment *uuid.UUID, kind, message string) error {
	err := queries.CreateProjectEvent(ctx, database.CreateProjectEventParams{
		ID: id.New(), ProjectID: project, DeploymentID: deployment, Kind: kind, Message: storable(message),
	})
	if err != nil {
		return fmt.Errorf("write an event of the project: %w", err)
	}

	return nil
}
