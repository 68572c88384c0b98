package workflows

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// auditPush records a deployment that a push has made, in the transaction that makes it: nobody asked the api for it.
func auditPush(ctx context.Context, queries *database.Queries, project database.Project, deployment uuid.UUID, commit string) error {
	details, err := json.Marshal(map[string]any{"trigger": TriggerPush, "commit": commit, "project": project.Slug})
	if err != nil {
		return fmt.Errorf("write the details of a push: %w", err)
	}

	err = queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: &project.OrganisationID, ActorKind: new(database.ActorPlatform), Action: "deployment.create", SubjectType: "deployment",
		SubjectID: deployment, Details: details,
	})
	if err != nil {
		return fmt.Errorf("write that a push made deployment %s: %w", deployment, err)
	}

	return nil
}
