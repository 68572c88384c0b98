package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (s *service) listAuditEvents(ctx context.Context, input *ListAuditEventsInput) (*PageOutput[AuditEvent], error) {
	organisation, err := s.organisation(ctx, input.OrganisationID)
	if err != nil {
		return nil, err
	}

	before, err := input.before()
	if err != nil {
		return nil, err
	}

	rows, err := s.queries.ListAuditEvents(ctx, organisation.Organisation.ID, before, input.rows())
	if err != nil {
		return nil, err
	}

	events := make([]AuditEvent, 0, len(rows))

	for _, row := range rows {
		event, err := newAuditEvent(row)
		if err != nil {
			return nil, err
		}

		events = append(events, event)
	}

	return page(input.PageInput, events, func(e AuditEvent) AuditEvent { return e }, func(e AuditEvent) uuid.UUID { return e.ID }), nil
}

func newAuditEvent(row database.AuditEvent) (AuditEvent, error) {
	event := AuditEvent{
		ID: row.ID, UserID: row.UserID, Action: row.Action, SubjectType: row.SubjectType, SubjectID: row.SubjectID, CreatedAt: row.CreatedAt,
	}

	if err := json.Unmarshal(row.Details, &event.Details); err != nil {
		return event, fmt.Errorf("read the details of audit event %s: %w", row.ID, err)
	}

	return event, nil
}

// audit records a change that the caller made, inside the transaction that makes it. Details hold names and ids only.
func audit(ctx context.Context, queries *database.Queries, organisation *uuid.UUID, event AuditEvent) error {
	details := []byte("{}")

	if event.Details != nil {
		var err error
		if details, err = json.Marshal(event.Details); err != nil {
			return fmt.Errorf("write the details of an audit event: %w", err)
		}
	}

	who := callerOf(ctx)

	return queries.CreateAuditEvent(ctx, database.CreateAuditEventParams{
		ID: id.New(), OrganisationID: organisation, UserID: &who.userID,
		Action: event.Action, SubjectType: event.SubjectType, SubjectID: event.SubjectID, Details: details,
	})
}
